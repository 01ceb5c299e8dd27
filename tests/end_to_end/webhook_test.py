"""A provider is told through a webhook of a Discord channel, whose URL is a secret."""
import http.server
import json
import os
import threading

from clerk import NEW_KEY, Clerk, ClerkCase
from harness import eventually, run

TOKEN = "hook-Token_0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ"
URL = "https://discord.com/api/webhooks/471100000000000001/" + TOKEN


class Webhooks:
    """Discord's Execute Webhook, for one webhook."""

    def __init__(self):
        self.messages, self.asked, self.gone, self.violations = [], 0, False, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = outer.take(self.path, body, self.headers)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}/api/v10"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, body, headers):
        self.asked += 1
        if self.gone or path != f"/api/v10/webhooks/471100000000000001/{TOKEN}?wait=true":
            return 404, {"message": "Unknown Webhook", "code": 10015}
        wrong = [word for word, bad in (("content", not 0 < len(body.get("content", "")) <= 2000),
                                        ("mentions", body.get("allowed_mentions") != {"parse": []}),
                                        ("type", headers["Content-Type"] != "application/json"),
                                        ("authorization", "Authorization" in headers)) if bad]
        self.violations += wrong
        self.messages.append(body["content"])
        return 200, {"id": "1"}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Webhook(ClerkCase):
    def test_life(self):
        """set from a file, told, sealed everywhere, sealed anew under a new key, and given up when Discord has deleted it"""
        sim, discord = self.sim(ssh=False), Webhooks()
        self.addCleanup(discord.close)
        self.token = sim.token
        house = self.house(sim, DISCORD_API_BASE=discord.base, SLIPWAY_LOG_LEVEL="trace")
        path = os.path.join(house.directory, "webhook")
        with open(path, "w", encoding="utf-8") as file:
            file.write(URL + "\n")
        said = self.furnish(house, sim, path)
        sim.fault("quota", "always")
        house.contract("c-1")
        eventually(lambda: discord.messages, what="the message")
        self.assertIn("c-1", discord.messages[0])
        house.stop()
        os.unlink(path)
        said += self.rotate(house)
        house.start(CREDENTIAL_ENCRYPTION_KEY=NEW_KEY)
        house.contract("c-2")
        eventually(lambda: len(discord.messages) == 2, what="the message under the new key")
        discord.gone = True
        house.contract("c-3")
        eventually(lambda: "the webhook is gone" in house.log_lines(), what="that the operator hears of it")
        self.assertEqual(discord.asked, 3)
        house.stop()
        self.assertEqual(discord.violations, [])
        self.assert_nowhere(house, said)

    def furnish(self, house, sim, path):
        house.start()
        clerk = Clerk(house, True)
        said = [self.does(clerk, "provider", "set", "p1", "--token-stdin", "--discord-webhook-file", path, stdin=sim.token)]
        self.assertIn("discord      a webhook", said[0].out)
        house.offering()
        shown = house.api("GET", "/v1/providers/p1")
        self.assertEqual(shown.json["discord_webhook_set"], True)
        self.assertNotIn("discord_webhook", [key for key in shown.json if key != "discord_webhook_set"])
        wrong = house.api("PUT", "/v1/providers/p2", {"hetzner_token": sim.token, "discord_webhook": URL + "/slack"})
        self.assertEqual(wrong.status, 422)
        self.does(clerk, "provider", "set", "p1", "--token-stdin", "--discord-webhook-file", path + ".none", stdin=sim.token,
                  code=2, said=path + ".none")
        return [said[0].out, said[0].err, shown.text, wrong.text]

    def rotate(self, house):
        key = os.path.join(house.directory, "new.key")
        with open(key, "w", encoding="utf-8") as file:
            file.write(NEW_KEY)
        os.chmod(key, 0o600)
        done = self.does(Clerk(house, False), "secrets", "rotate", "--new-key-file", key, "--json")
        self.assertEqual(done.json, {"tokens_resealed": 2, "tokens_already": 0, "operator_key": "resealed"})
        return [done.out, done.err]

    def assert_nowhere(self, house, said):
        places = {"what was said": "".join(said).encode()}
        for root, _, files in os.walk(house.directory):
            for name in files:
                with open(os.path.join(root, name), "rb") as file:
                    places[name] = file.read()
        self.assertIn("slipway.db", places)
        self.assertIn("slipwayd.log", places)
        for place, content in places.items():
            for start in range(0, len(TOKEN) - 16, 8):
                self.assertNotIn(TOKEN[start:start + 16].encode(), content, place)


if __name__ == "__main__":
    run()
