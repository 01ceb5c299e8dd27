"""The fake Discord is strict: a bad body of each kind is written down. What Discord itself refuses is refused with its code and
changes nothing; what it takes, although no careful bot sends it, is carried out. Each rule of ours is shown without the
official document, which is then shown by itself, or skipped where SLIPWAY_DISCORD_OPENAPI does not name it."""
import pathlib
import sys
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))
from fake_discord import ANN, APPLICATION, CHANNEL, GUILD, FakeDiscord  # noqa: E402
from harness import run  # noqa: E402
from plain_client import PlainClient  # noqa: E402

QUIET = {"allowed_mentions": {"parse": []}}
COMMANDS = f"/applications/{APPLICATION}/commands"
GUILD_COMMANDS = f"/applications/{APPLICATION}/guilds/{GUILD}/commands"
MESSAGES = f"/channels/{CHANNEL}/messages"
V2, EPHEMERAL = 1 << 15, 64


def button(**more):
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}


def row(*parts):
    return {"type": 1, "components": list(parts)}


def menu(**more):
    return {"type": 5, "custom_id": "who", **more}


def message(**more):
    return {"content": "hello", **QUIET, **more}


def v2(*parts, **more):
    return {"flags": V2, "components": list(parts), **QUIET, **more}


def text(content):
    return {"type": 10, "content": content}


def command(**more):
    return {"name": "create", "description": "Makes VMs", **more}


def option(**more):
    return {"type": 3, "name": "image", "description": "Which", **more}


# By what is then said of it.
BAD_COMMANDS = {
    "a command's name": [command(name="Create")],
    "an option's name": [command(options=[option(name="image id")])],
    "a required option behind": [command(options=[option(), option(name="name", required=True)])],
    "choices with autocomplete": [command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])])],
    "autocomplete where nothing is typed": [command(options=[option(type=6, autocomplete=True)])],
    "a choice": [command(options=[option(choices=[{"name": "a", "value": "x" * 101}])])],
    "two options of one name": [command(options=[option(), option()])],
    "two options of one name: [\"image\"": [command(options=[{"type": 1, "name": "vm", "description": "A VM",
                                                              "options": [option(), option()]}])],
    "two commands of one name": [command()] * 2,
    "more than 100 commands": [command(name=f"c{n}") for n in range(101)],
    "more than 8000 characters": [command(options=[option(name=f"o{n}", choices=[
        {"name": f"{k}" * 9, "value": "x" * 90} for k in range(10, 30)]) for n in range(5)])],
    "a body of another shape": [{"description": "Makes VMs"}],
}
GOOD_COMMANDS = [command(), command(name="größe"), command(name="Delete this VM", type=3),
                 command(name="s", options=[option(required=True, autocomplete=True), option(name="count", type=4)])]
BAD_MESSAGES = {
    "a message that says nothing": message(content=" "),
    "a content of more than 2000": message(content="x" * 2001),
    "embeds of 6003 characters in 3": message(embeds=[{"description": "x" * 2001}] * 3),
    "embeds of 11 characters in 11": message(embeds=[{"title": "x"}] * 11),
    "an empty field": message(embeds=[{"fields": [{"name": " ", "value": "x"}]}]),
    "a button without an id": message(components=[row(button(custom_id=""))]),
    "a button without an id: [null]": message(components=[row({"type": 2, "style": 1, "label": "Go"})]),
    "two buttons of one id": message(components=[row(button()), row(button())]),
    "a link that leads nowhere": message(components=[row({"type": 2, "style": 5, "label": "Go"})]),
    "a button that says nothing": message(components=[row({"type": 2, "style": 1, "custom_id": "a"})]),
    "a row without buttons": message(components=[row()]),
    "or with more than five": message(components=[row(*(button(custom_id=f"b{n}") for n in range(6)))]),
    "more than five rows": message(components=[row(button(custom_id=f"b{n}")) for n in range(6)]),
    "a menu beside something else": message(components=[row(menu(), button())]),
    "a V2 message with content": v2(text("hello"), content="hello"),
    "more than 40 components": v2(*(text("x") for _ in range(41))),
    "more text in components": v2(*(text("ü" * 1700) for _ in range(3))),
    "two buttons of one id: [\"go\"": v2({"type": 17, "components": [row(button())]}, row(button())),
}
GOOD_MESSAGES = [message(), message(embeds=[{"description": "x" * 3000, "url": "https://example.org/" + "x" * 900}] * 2),
                 message(components=[row(button(), {"type": 2, "style": 5, "label": "Docs", "url": "https://example.org"}),
                                     row(menu())]),
                 v2({"type": 17, "components": [text("hello"), row(button())]})]
CARELESS_MESSAGES = {
    "may mention somebody": {"content": "hello"},
    "may mention somebody: {\"content\"": message(allowed_mentions={"parse": ["users"]}),
    "flags 64 in message": message(flags=EPHEMERAL),
}
# The kind of interaction: 2 a command, 3 a button, 4 what is typed.
BAD_ANSWERS = {
    "a deferral with more": (2, {"type": 5, "data": {"flags": EPHEMERAL | V2}}),
    "type 12, which": (2, {"type": 12, "data": {}}),
    "type 1, which": (2, {"type": 1}),
    "type 8, which": (2, {"type": 8, "data": {"choices": []}}),
    "type 6, which": (2, {"type": 6}),
    "type 7, which": (2, {"type": 7, "data": message()}),
    "type 5, which": (4, {"type": 5}),
    "type 4, which": (4, {"type": 4, "data": message()}),
    "more than 25 choices": (4, {"type": 8, "data": {"choices": [{"name": f"{n}", "value": "a"} for n in range(26)]}}),
    "a choice that is too long": (4, {"type": 8, "data": {"choices": [{"name": "a", "value": "x" * 101}]}}),
    "a choice that is too long: {\"name\": \"\"": (4, {"type": 8, "data": {"choices": [{"name": "", "value": "a"}]}}),
    "a modal": (2, {"type": 9, "data": {"title": "x" * 46, "custom_id": "m", "components": [row()]}}),
    "a message that says nothing": (2, {"type": 4, "data": message(content="")}),
    "a content of more than 2000": (3, {"type": 7, "data": message(content="x" * 2001)}),
    "a body of another shape": (2, {"data": {}}),
}
OFFICIALLY_BAD = {
    "too long": (COMMANDS, "PUT", [command(name="x" * 33)]),
    "POST /channels/{channel_id}/messages: content": (MESSAGES, "POST", message(content="x" * 4001)),
    "POST /channels/{channel_id}/messages: embeds": (MESSAGES, "POST", message(embeds=[{"description": "x" * 4097}])),
    "recipient_id": ("/users/@me/channels", "POST", {"recipient_id": "ann"}),
}
OFFICIALLY_UNKNOWN = {
    "/0/hello, which nobody knows": (COMMANDS, "PUT", [command(hello="hello")]),
    "/0/options/0/descripton, which nobody": (COMMANDS, "PUT", [command(options=[option(descripton="Which")])]),
    "/embeds/0/titel, which nobody knows": (MESSAGES, "POST", message(embeds=[{"titel": "x", "title": "x"}])),
}


class RulesTest(unittest.TestCase):
    def setUp(self):
        self.fake = FakeDiscord()
        self.addCleanup(self.fake.close)
        self.client = PlainClient(self.fake)
        for bucket in self.fake.limits.windows:
            self.fake.limits.windows[bucket] = (1000, 1.0)
        self.fake.limits.whole = (1000, 1.0)

    def without_document(self):
        self.fake.rules.official.document = None

    def says(self, what):
        """That this was written down, and nothing else; it is then forgotten."""
        said, self.fake.violations[:] = list(self.fake.violations), []
        self.assertTrue(said and all(what in one for one in said), f"{what!r} is not in {said}")

    def refused(self, what, method, path, body):
        with self.subTest(what=what):
            status, said, _ = self.client.rest(method, path, body)
            self.assertEqual(status, 400, said)
            self.assertIn(said["code"], (50035, 50006))
            self.says(what)

    def taken(self, method, path, body, what=None):
        with self.subTest(what=what, body=body):
            status, said, _ = self.client.rest(method, path, body)
            self.assertIn(status, (200, 204), said)
            if what:
                self.says(what)
            self.assertEqual(self.fake.violations, [])

    def callback(self, one):
        return f"/interactions/{one.id}/{one.token}/callback"

    def shown(self, **more):
        """An interaction whose message is there."""
        one = self.fake.command(ANN, "create")
        self.taken("POST", self.callback(one), {"type": 4, "data": message(components=[row(button())], **more)})
        return one

    def test_commands(self):
        """No command that Discord refuses is registered"""
        self.without_document()
        for what, body in BAD_COMMANDS.items():
            self.refused(what, "PUT", COMMANDS, body)
        self.assertEqual((self.fake.commands, self.fake.overwrites), ([], 0))
        self.taken("PUT", COMMANDS, GOOD_COMMANDS)
        self.taken("PUT", GUILD_COMMANDS, [command(contexts=[0])], "a guild's command with contexts")

    def test_messages(self):
        """No message that Discord refuses is sent, in a channel, by a webhook or as an answer"""
        self.without_document()
        one, webhook = self.shown(), self.fake.webhook()
        for what, body in BAD_MESSAGES.items():
            for path in (MESSAGES, f"/webhooks/{webhook.id}/{webhook.token}", f"/webhooks/{APPLICATION}/{one.token}"):
                self.refused(what, "POST", path, body)
        self.assertEqual((self.fake.messages, webhook.messages, one.follow_ups), ({}, [], []))
        for body in GOOD_MESSAGES:
            self.taken("POST", MESSAGES, body)
        for what, body in CARELESS_MESSAGES.items():
            self.taken("POST", MESSAGES, body, what)
        self.assertFalse(any(sent["flags"] & EPHEMERAL for sent in self.fake.messages.values()))

    def test_edits(self):
        """An edit may not say nothing, and who sees a message is fixed by its first answer"""
        one = self.shown()
        path = f"/webhooks/{APPLICATION}/{one.token}/messages/@original"
        self.refused("a message that says nothing", "PATCH", path, {"content": "", "components": [], **QUIET})
        self.assertEqual((one.message["content"], one.edits), ("hello", []))
        self.taken("PATCH", path, {"content": "", **QUIET})  # its button is still there
        self.taken("PATCH", path, message(flags=EPHEMERAL), "flags 64 in edit")
        self.assertEqual(one.message["flags"], 0)
        secret = self.shown(flags=EPHEMERAL)
        self.taken("PATCH", f"/webhooks/{APPLICATION}/{secret.token}/messages/@original", message(flags=4))
        self.assertEqual(secret.message["flags"], EPHEMERAL | 4)

    def test_answers(self):
        """No answer that Discord refuses counts as one: the right one may come after it"""
        self.without_document()
        on = self.shown()
        for what, (kind, body) in BAD_ANSWERS.items():
            one = (self.fake.press(ANN, on, "Go") if kind == 3 else self.fake.command(ANN, "create") if kind == 2 else
                   self.fake.type(ANN, "create", "image", "u"))
            self.refused(what, "POST", self.callback(one), body)
            self.assertIsNone(one.answer)
            right = {2: {"type": 5}, 3: {"type": 6}, 4: {"type": 8, "data": {"choices": []}}}[kind]
            self.taken("POST", self.callback(one), right)

    def test_careless_answer(self):
        """A deferral that says more than who sees it: nobody reads it"""
        self.without_document()
        self.taken("POST", self.callback(self.fake.command(ANN, "create")), {"type": 5, "data": message()},
                   "a deferral with more than its flag")

    def test_requests(self):
        """A request without a bot's User-Agent, and one that is not JSON"""
        self.client.agent = "curl/8"
        self.taken("GET", "/gateway", None, "without a bot's User-Agent")
        self.client.agent, self.client.content = "DiscordBot (https://example.org, 1)", "text/plain"
        self.taken("POST", MESSAGES, message(), "with another type than JSON")

    def test_official(self):
        """What the official document refuses is refused; a field that it does not know is written down"""
        if not self.fake.rules.official.loaded:
            self.skipTest("SLIPWAY_DISCORD_OPENAPI names no document")
        for what, (path, method, body) in OFFICIALLY_BAD.items():
            self.refused(what, method, path, body)
        for what, (path, method, body) in OFFICIALLY_UNKNOWN.items():
            self.taken(method, path, body, what)
        self.taken("PUT", COMMANDS, [command(default_member_permissions="0", contexts=[0, 1])])
        for body in GOOD_MESSAGES:
            self.taken("POST", MESSAGES, body)
        self.taken("PUT", COMMANDS, GOOD_COMMANDS)


if __name__ == "__main__":
    run()
