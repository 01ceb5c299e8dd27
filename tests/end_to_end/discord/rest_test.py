"""The fake Discord's REST by itself: what it answers, deadlines and limits, and each fault does what it says. What a body may
be is rules_test.py's."""
import http.client
import pathlib
import sys
import time
import unittest

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))
from fake_discord import ANN, APPLICATION, CHANNEL, GUILD, FakeDiscord  # noqa: E402
from harness import run  # noqa: E402
from plain_client import PlainClient  # noqa: E402

QUIET = {"allowed_mentions": {"parse": []}}
BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
COMMANDS = f"/applications/{APPLICATION}/commands"
MESSAGES = f"/channels/{CHANNEL}/messages"


def rows(*buttons):
    return [{"type": 1, "components": list(buttons)}]


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

    def test_own_answers(self):
        """Everything that the fake answers is as the official document has it, and a second answer is refused"""
        self.unlimited()
        one = self.deferred()
        self.assertEqual(one.message["flags"], 64 | 128)
        status, shown, _ = self.original(one, content=" hello ", components=rows(BUTTON), embeds=[{"title": "t"}])
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
        self.assertEqual(self.client.rest("POST", path, {"content": "x", **QUIET})[1]["code"], 10003)  # nobody opened it
        self.client.rest("POST", "/users/@me/channels", {"recipient_id": ANN.id})
        self.assertEqual(self.client.rest("POST", path, {"content": "x", **QUIET})[1]["code"], 50007)
        sent = self.client.rest("POST", MESSAGES, {"content": "x", **QUIET})[1]
        self.fake.forbidden = {CHANNEL}
        self.assertEqual(self.client.rest("PATCH", f"{MESSAGES}/{sent['id']}", {"content": "y", **QUIET})[1]["code"], 50001)
        self.assertEqual(self.client.rest("POST", MESSAGES, {"content": "x", **QUIET})[1]["code"], 50001)
        self.assertEqual(self.client.rest("GET", "/gateway/bot", token="another")[0], 401)
        self.assertEqual(self.client.rest("PUT", COMMANDS, text="{")[0], 400)
        self.says("a body that is not JSON")
        early = self.deferred()
        self.fake.token_life, self.fake.forbidden = 900, set()
        self.client.rest("POST", f"/webhooks/{APPLICATION}/{early.token}", {"content": "early", **QUIET})
        self.says("a follow-up before the deferred answer was edited")
        public = self.client.rest("PATCH", f"/channels/{CHANNEL}/messages/{early.message['id']}", {"content": "x", **QUIET})
        self.assertEqual(public[1]["code"], 10008)  # only its own person sees it
        self.assertEqual(len(self.fake.limits.invalid), 5)
        path = f"/webhooks/{int(APPLICATION) + 1}/{early.token}/messages/@original"
        self.assertEqual(self.client.rest("GET", path)[1]["code"], 10015)
        self.assertEqual(self.fake.violations, [])
        for method, path, status, said in (("GET", "/guilds", 404, "GET of what the fake does not know: /guilds"),
                                           ("DELETE", "/gateway", 405, "DELETE /gateway, where there is no such"),
                                           ("GET", "/applications/1/commands", 403, "application 1, which is another one's")):
            self.assertEqual(self.client.rest(method, path)[0], status)
            self.says(said)
        self.fake.base = self.fake.base.replace("v10", "v11")
        self.assertEqual(self.client.rest("GET", "/gateway")[0], 404)
        self.says("without a version of the API")

    def test_edits_of_old(self):
        """A message that is old takes only so many edits more"""
        sent = self.client.rest("POST", MESSAGES, {"content": "x", **QUIET})[1]
        self.fake.old_message, self.fake.edits_of_old = 0, 2
        said = [self.client.rest("PATCH", f"{MESSAGES}/{sent['id']}", {"content": f"{n}", **QUIET}) for n in range(4)]
        self.assertEqual([status for status, _, _ in said], [200, 200, 429, 429])
        self.assertEqual(said[-1][1]["code"], 30046)

    def test_guild_commands(self):
        """A guild's own commands go before everybody's, and a day has only so many new ones"""
        path = f"/applications/{APPLICATION}/guilds/{GUILD}/commands"
        made = [{"name": "create", "description": "Makes VMs",
                 "options": [{"type": 4, "name": "count", "description": "How many"}]}]
        self.assertEqual(self.client.rest("GET", path)[1], [])
        mine = self.client.rest("PUT", path, made)[1][0]
        self.client.rest("PUT", COMMANDS, [{**made[0], "options": []}])
        everybodys = self.client.rest("GET", COMMANDS)[1][0]
        self.assertEqual(self.client.rest("GET", path)[1], [mine])
        self.assertEqual(self.client.rest("PUT", path, made)[1][0]["id"], mine["id"])
        self.assertNotEqual(mine["id"], everybodys["id"])
        seen = [self.fake.gateway.waiting[-1][1]["data"] for dm in (False, True)
                if self.fake.command(ANN, "create", count=2, dm=dm)]
        self.assertEqual([(one["id"], one.get("guild_id")) for one in seen], [(mine["id"], GUILD), (everybodys["id"], None)])
        self.assertEqual(seen[0]["options"], [{"name": "count", "type": 4, "value": 2}])
        self.assertEqual(self.fake.violations, [])
        self.fake.creations_left = 0
        self.assertEqual(self.client.rest("PUT", path, made)[0], 200)  # none of them is new
        self.assertEqual(self.client.rest("PUT", path, [{**made[0], "name": "other"}])[1]["code"], 30034)
        self.says("more new commands than a day has")

    def test_webhook(self):
        """A channel's own webhook is told something by whoever has its address, without a token of the bot's"""
        webhook = self.fake.webhook()
        path = f"/webhooks/{webhook.id}/{webhook.token}"
        self.assertTrue(webhook.url.endswith("/api/v10" + path))
        self.assertEqual(self.client.rest("POST", path, {"content": "a server is gone", **QUIET}, token="another")[0], 204)
        status, said, headers = self.client.rest("POST", path + "?wait=true",
                                                 {"content": "and another", "username": "slipway", **QUIET})
        self.assertEqual((status, said["content"], headers["X-RateLimit-Bucket"]), (200, "and another", "bucket-of-webhook"))
        self.assertEqual([one["content"] for one in webhook.messages], ["a server is gone", "and another"])
        self.assertEqual(self.client.rest("POST", f"/webhooks/{webhook.id}/x", {"content": "x", **QUIET})[1]["code"], 50027)
        self.assertEqual(self.client.rest("POST", f"/webhooks/1/{webhook.token}", {"content": "x", **QUIET})[1]["code"], 10015)
        self.fake.fault("notify_429")
        self.assertEqual(self.client.rest("POST", path, {"content": "x", **QUIET})[0], 429)
        self.assertEqual((len(webhook.messages), self.fake.violations), (2, []))

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
