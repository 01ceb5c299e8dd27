"""The fake Discord's REST by itself: every rule can be broken and is then written down, deadlines and limits hold, and each
fault does what it says. What the official document knows is skipped where SLIPWAY_DISCORD_OPENAPI does not name it."""
import http.client
import pathlib
import sys
import time
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))
from fake_discord import ANN, APPLICATION, CHANNEL, FakeDiscord  # noqa: E402
from harness import run  # noqa: E402
from plain_client import PlainClient  # noqa: E402

QUIET = {"allowed_mentions": {"parse": []}}
COMMANDS = f"/applications/{APPLICATION}/commands"
MESSAGES = f"/channels/{CHANNEL}/messages"


def button(**more):
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}


def rows(*buttons):
    return [{"type": 1, "components": list(buttons)}]


def command(**more):
    return [{"name": "create", "description": "Makes VMs", **more}]


def option(**more):
    return {"type": 3, "name": "image", "description": "Which", **more}


# What no bot may send, by what is then said of it.
BAD_COMMANDS = {
    "a command's name": command(name="Create"),
    "a required option behind": command(options=[option(), option(name="name", required=True)]),
    "choices with autocomplete": command(options=[option(autocomplete=True, choices=[{"name": "a", "value": "a"}])]),
    "a choice": command(options=[option(choices=[{"name": "a", "value": "x" * 101}])]),
    "two options of one name": command(options=[option(), option()]),
    "two commands of one name": command() * 2,
    "more than 8000 characters": command(options=[option(name=f"o{n}", choices=[
        {"name": f"{k}" * 9, "value": "x" * 90} for k in range(10, 30)]) for n in range(5)]),
}
BAD_MESSAGES = {
    "may mention somebody": {"content": "hello", "allowed_mentions": {"parse": ["users"]}},
    "embeds of 6003": {"embeds": [{"description": "x" * 2001}] * 3, **QUIET},
    "a button without an id": {"components": rows(button(custom_id="")), **QUIET},
    "two buttons of one id": {"components": rows(button(), button()), **QUIET},
    "more than five rows": {"components": [rows(button(custom_id=f"b{n}"))[0] for n in range(6)], **QUIET},
    "a V2 message with content": {"flags": 1 << 15, "content": "hello", **QUIET},
    "an empty field": {"embeds": [{"fields": [{"name": " ", "value": "x"}]}], **QUIET},
    "a button that says nothing": {"components": rows({"type": 2, "style": 1, "custom_id": "a"}), **QUIET},
}
BAD_ANSWERS = {
    "a deferral with more": {"type": 5, "data": {"flags": 64 | 1 << 15}},
    "of a type that nobody knows": {"type": 12, "data": {}},
    "more than 25 choices": {"type": 8, "data": {"choices": [{"name": f"{n}", "value": "a"} for n in range(26)]}},
    "a choice that is too long": {"type": 8, "data": {"choices": [{"name": "a", "value": "x" * 101}]}},
}
OFFICIALLY_BAD = {
    "/content, which nobody knows": (COMMANDS, "PUT", command(content="hello")),
    "/0/options/0/descripton, which nobody": (COMMANDS, "PUT", command(options=[option(descripton="Which")])),
    "too long": (COMMANDS, "PUT", command(name="x" * 33)),
    "/embeds/0/titel, which nobody knows": (MESSAGES, "POST", {"embeds": [{"titel": "x"}], **QUIET}),
    "POST /channels/{channel_id}/messages: content": (MESSAGES, "POST", {"content": "x" * 4001, **QUIET}),
    "recipient_id": ("/users/@me/channels", "POST", {"recipient_id": "ann"}),
}


class Rest(unittest.TestCase):
    def setUp(self):
        self.fake = FakeDiscord()
        self.addCleanup(self.fake.close)
        self.client = PlainClient(self.fake)

    def unlimited(self):
        for bucket in ("webhook", "channel"):
            self.fake.limits.windows[bucket] = (1000, 1.0)

    def says(self, what):
        """That this was written down, which is then forgotten."""
        said, self.fake.violations[:] = list(self.fake.violations), []
        self.assertTrue(any(what in one for one in said), f"{what!r} is not in {said}")

    def answer(self, one, body):
        return self.client.rest("POST", f"/interactions/{one.id}/{one.token}/callback", body)

    def original(self, one, method="PATCH", **body):
        return self.client.rest(method, f"/webhooks/{APPLICATION}/{one.token}/messages/@original",
                                {**body, **QUIET} if method == "PATCH" else None)

    def deferred(self):
        one = self.fake.command(ANN, "create", name="web")
        self.assertEqual(self.answer(one, {"type": 5, "data": {"flags": 64}})[0], 204)
        return one

    def test_rules(self):
        """Every rule that the official document does not know can be broken, and is then written down"""
        self.unlimited()
        for what, body in BAD_COMMANDS.items():
            with self.subTest(what=what):
                self.client.rest("PUT", COMMANDS, body)
                self.says(what)
        for what, body in BAD_MESSAGES.items():
            with self.subTest(what=what):
                self.client.rest("POST", MESSAGES, body)
                self.says(what)
        for what, body in BAD_ANSWERS.items():
            with self.subTest(what=what):
                self.answer(self.fake.command(ANN, "create"), body)
                self.says(what)
        self.client.agent = "curl/8"
        self.client.rest("GET", "/gateway")
        self.says("without a bot's User-Agent")

    def test_official(self):
        """What the official document refuses is written down, and so is a field that it does not know"""
        if not self.fake.rules.official.loaded:
            self.skipTest("SLIPWAY_DISCORD_OPENAPI names no document")
        for what, (path, method, body) in OFFICIALLY_BAD.items():
            with self.subTest(what=what):
                self.client.rest(method, path, body)
                self.says(what)
        self.assertEqual(self.client.rest("PUT", COMMANDS, command(default_member_permissions="0", contexts=[0, 1]))[0], 200)
        self.assertEqual(self.fake.violations, [])

    def test_own_answers(self):
        """Everything that the fake answers is as the official document has it, and a second answer is refused"""
        self.unlimited()
        one = self.deferred()
        self.assertEqual(one.message["flags"], 64 | 128)
        status, shown, _ = self.original(one, content=" hello ", components=rows(button()), embeds=[{"title": "t"}])
        self.assertEqual((status, shown["content"], shown["flags"]), (200, "hello", 64))
        self.assertEqual(self.original(one, "GET")[1]["id"], one.message["id"])
        self.assertEqual(self.answer(one, {"type": 5})[1]["code"], 40060)
        status, more, _ = self.client.rest("POST", f"/webhooks/{APPLICATION}/{one.token}", {"content": "more", **QUIET})
        self.assertEqual((status, one.follow_ups), (200, [more]))
        path = f"/webhooks/{APPLICATION}/{one.token}/messages/{more['id']}"
        self.assertEqual(self.client.rest("PATCH", path, {"content": "yet more", **QUIET})[0], 200)
        self.assertEqual(self.client.rest("DELETE", path)[0], 204)
        self.assertEqual(self.client.rest("PATCH", path, {"content": "gone", **QUIET})[1]["code"], 10008)
        pressed = self.fake.press(ANN, one, "Go")
        self.assertEqual(self.answer(pressed, {"type": 7, "data": {"content": "done", "components": [], **QUIET}})[0], 204)
        self.assertEqual((one.message["content"], one.message["components"]), ("done", []))
        self.assertEqual([(shown["content"], shown["flags"]) for _, shown in one.states()],
                         [("", 64 | 128), ("hello", 64), ("done", 64)])
        self.assertEqual(self.original(one, "DELETE")[0], 204)
        self.assertEqual(self.original(one, content="x")[1]["code"], 10008)
        asked = self.fake.command(ANN, "list")
        status, said, _ = self.client.rest("POST", f"/interactions/{asked.id}/{asked.token}/callback?with_response=true",
                                           {"type": 4, "data": {"content": "none", "flags": 64, **QUIET}})
        self.assertEqual((status, said["interaction"]["type"], said["resource"]["message"]["flags"]), (200, 2, 64))
        for path in ("/gateway", "/gateway/bot", "/applications/@me", "/oauth2/applications/@me", "/users/@me", COMMANDS):
            self.assertEqual(self.client.rest("GET", path)[0], 200, path)
        status, channel, _ = self.client.rest("POST", "/users/@me/channels", {"recipient_id": ANN.id})
        self.assertEqual((status, channel["id"]), (200, self.fake.dm_of(ANN.id)))
        sent = self.client.rest("POST", f"/channels/{channel['id']}/messages", {"content": "hi", **QUIET})[1]
        self.assertEqual(self.client.rest("PATCH", f"/channels/{channel['id']}/messages/{sent['id']}",
                                          {"content": "there", **QUIET})[1]["content"], "there")
        self.assertEqual(self.fake.violations, [])

    def test_refusals(self):
        """Deadlines, lives of tokens, closed DMs, other people's tokens: each with Discord's own code"""
        self.fake.deadline = 0
        self.assertEqual(self.answer(self.fake.command(ANN, "create"), {"type": 5})[1]["code"], 10062)
        self.fake.deadline = 3
        one = self.deferred()
        self.fake.token_life = 0
        status, body, _ = self.original(one, content="x")
        self.assertEqual((status, body["code"]), (401, 50027))
        self.assertEqual(self.client.rest("PATCH", f"/webhooks/{APPLICATION}/other/messages/@original", QUIET)[1]["code"], 10015)
        self.fake.closed_dms = {ANN.id}
        path = f"/channels/{self.fake.dm_of(ANN.id)}/messages"
        self.assertEqual(self.client.rest("POST", path, {"content": "x", **QUIET})[1]["code"], 50007)
        self.fake.forbidden = {CHANNEL}
        self.assertEqual(self.client.rest("POST", MESSAGES, {"content": "x", **QUIET})[1]["code"], 50001)
        self.assertEqual(self.client.rest("GET", "/gateway/bot", token="another")[0], 401)
        self.assertEqual(self.client.rest("PUT", COMMANDS, text="{")[0], 400)
        self.says("a body that is not JSON")
        early = self.deferred()
        self.fake.token_life = 900
        self.client.rest("POST", f"/webhooks/{APPLICATION}/{early.token}", {"content": "early", **QUIET})
        self.says("a follow-up before the deferred answer was edited")
        public = self.client.rest("PATCH", f"/channels/{CHANNEL}/messages/{early.message['id']}", {"content": "x", **QUIET})
        self.assertEqual(public[1]["code"], 10008)  # only its own person sees it
        self.assertEqual(len(self.fake.limits.invalid), 4)

    def test_limits(self):
        """Buckets a token, a channel and altogether; callbacks have none; asking again too early is written down"""
        one, other = self.deferred(), self.deferred()
        answers = [self.original(one, content=f"{n}") for n in range(6)]
        self.assertEqual([status for status, _, _ in answers], [200] * 5 + [429])
        self.assertEqual([headers["X-RateLimit-Remaining"] for _, _, headers in answers], ["4", "3", "2", "1", "0", "0"])
        _, body, headers = answers[-1]
        self.assertEqual((body["global"], headers["X-RateLimit-Scope"], headers["Via"]), (False, "user", "1.1 google"))
        self.assertEqual(self.original(other, content="x")[0], 200)
        self.assertEqual(self.fake.violations, [])
        self.fake.limits.grace = 0
        self.assertEqual(self.original(one, content="early")[0], 429)
        self.says("too early after a 429")
        self.fake.limits.whole = (3, 5.0)
        statuses = [self.client.rest("GET", "/gateway/bot") for _ in range(4)]
        self.assertEqual((statuses[-1][0], statuses[-1][1]["global"]), (429, True))
        self.deferred()
        self.assertEqual(self.original(other, content="y")[0], 200)  # outside of it
        self.assertEqual([scope for _, scope, _ in self.fake.limits.refused], ["user", "user", "global"])

    def test_faults(self):
        """Each fault does what it says, as often as it was asked to"""
        one = self.deferred()
        for fault, status in (("edit_500", 500), ("original_404", 404), ("original_50027", 401), ("edit_429", 429)):
            self.fake.fault(fault)
            self.assertEqual(self.original(one, content=fault)[0], status)
            self.fake.limits.waits.clear()
        for scope in ("global", "shared"):
            self.fake.fault(scope + "_429")
            status, body, headers = self.client.rest("POST", MESSAGES, {"content": "x", **QUIET})
            self.assertEqual((status, headers["X-RateLimit-Scope"], body["global"]), (429, scope, scope == "global"))
            self.fake.limits.waits.clear()
        self.fake.fault("banned_429")
        status, body, headers = self.client.rest("POST", MESSAGES, {"content": "x", **QUIET})
        self.assertEqual((status, headers["Via"], "1015" in body), (429, None, True))
        asked = self.fake.command(ANN, "create")
        self.fake.fault("callback_lost")
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionError)):
            self.answer(asked, {"type": 5})
        self.assertEqual(asked.answer, {"type": 5})
        asked = self.fake.command(ANN, "create")
        self.fake.fault("callback_reset")
        with self.assertRaises((http.client.RemoteDisconnected, ConnectionError)):
            self.answer(asked, {"type": 5})
        self.assertIsNone(asked.answer)
        self.fake.faulty.slowness = 0.3
        self.fake.fault("callback_slow")
        began = time.monotonic()
        self.assertEqual(self.answer(asked, {"type": 5})[0], 204)
        self.assertGreater(time.monotonic() - began, 0.3)
        self.assertLess(asked.latency, 0.3)
        self.fake.deadline = 0.2
        asked = self.fake.command(ANN, "create")
        self.fake.fault("callback_late")
        self.assertEqual(self.answer(asked, {"type": 5})[1]["code"], 10062)
        self.assertEqual(self.original(one, content="good again")[0], 200)
        self.assertEqual(self.fake.violations, [])


if __name__ == "__main__":
    run()
