"""slipway secrets rotate and slipway doctor."""
import base64
import email.utils
import http.server
import os
import sqlite3
import subprocess
import threading
import time

from clerk import NEW_KEY, Clerk, ClerkCase
from harness import eventually, run
from house import SEALING_KEY, SLIPWAYD


class FakeHetzner:
    """Answers every request with one status and a Date of its own."""

    def __init__(self, status=200, ahead=0):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response_only(status)
                self.send_header("Date", email.utils.formatdate(time.time() + ahead, usegmt=True))
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Rotate(ClerkCase):
    def furnished(self, providers=3):
        sim = self.sim(ssh=False)
        self.token = sim.token
        house = self.house(sim)
        clerk = Clerk(house, False)
        for i in range(providers):
            self.does(clerk, "provider", "set", f"p{i}", "--token-stdin", stdin=sim.token)
        return house, clerk

    def key_file(self, house, text=NEW_KEY + "\n", mode=0o600):
        path = os.path.join(house.directory, "new.key")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def at_rest(self, house):
        """What is kept: the sealed tokens and the installation's secret, its fingerprint and how it is sealed."""
        database = sqlite3.connect(house.database)
        tokens = database.execute("SELECT id, sealed_token FROM providers ORDER BY id").fetchall()
        (secret,) = database.execute("SELECT fingerprint, sealed FROM secrets WHERE name = 'installation'").fetchall()
        database.close()
        return tokens, secret

    def change(self, house, sql, *values):
        database = sqlite3.connect(house.database)
        with database:
            database.execute(sql, values)
        database.close()

    def assert_opens_with(self, house, key, providers=3):
        clerk = Clerk(house, False)
        for i in range(providers):
            self.does(clerk, "provider", "check", f"p{i}", CREDENTIAL_ENCRYPTION_KEY=key)

    def test_rotate(self):
        """rotate: every token and the operator's key open with the new key and no longer with the old; a daemon starts with it"""
        house, clerk = self.furnished()
        before = self.at_rest(house)
        self.assertFalse(os.path.exists(house.database + ".operator"))
        done = self.does(clerk, "secrets", "rotate", "--new-key-file", self.key_file(house), "--json", said="slipwayd")
        self.assertEqual(done.json, {"tokens_resealed": 3, "tokens_already": 0, "operator_key": "resealed"})
        after = self.at_rest(house)
        self.assertTrue(all(a != b for a, b in zip(before[0], after[0])))
        self.assertEqual((before[1][0], before[1][1] == after[1][1]), (after[1][0], False))
        self.does(clerk, "provider", "check", "p0", code=78, said="")
        self.assert_opens_with(house, NEW_KEY)
        house.start(CREDENTIAL_ENCRYPTION_KEY=NEW_KEY)
        self.assertEqual(house.must(200, "POST", "/v1/providers/p1/check")["token_works"], True)
        again = self.does(Clerk(house, False), "secrets", "rotate", "--new-key-file", self.key_file(house), "--json")
        self.assertEqual(again.json, {"tokens_resealed": 0, "tokens_already": 3, "operator_key": "already"})
        self.does(Clerk(house, True), "secrets", "rotate", "--new-key-file", self.key_file(house), code=4, said="without --api")

    def test_beside_a_daemon(self):
        """rotate beside a daemon: refused while that does not have the new key, else all is sealed anew while it works"""
        house, _ = self.furnished()
        credentials = os.path.join(house.directory, "credentials")
        os.mkdir(credentials)

        def credential(name, value):
            with open(os.path.join(credentials, name), "w", encoding="utf-8") as file:
                file.write(value + "\n")

        def works():
            for i in range(3):
                self.assertEqual(house.must(200, "POST", f"/v1/providers/p{i}/check")["token_works"], True)

        def reread(times):
            house.process.send_signal(1)
            eventually(lambda: house.log_lines().count("secrets were read again") == times, what="the new keys")

        credential("credential_encryption_key", SEALING_KEY)
        house.start(CREDENTIALS_DIRECTORY=credentials, CREDENTIAL_ENCRYPTION_KEY="")
        rotate = ("secrets", "rotate", "--new-key-file", self.key_file(house))
        before = self.at_rest(house)
        self.does(Clerk(house, False), *rotate, code=4, said="does not have the new key")
        self.assertEqual(self.at_rest(house), before)

        credential("credential_encryption_key", NEW_KEY)
        credential("credential_encryption_key_previous", SEALING_KEY)
        reread(1)
        works()
        self.assertEqual(self.at_rest(house), before)
        # With the daemon's own settings, or with the old key alone.
        both = {"CREDENTIAL_ENCRYPTION_KEY": NEW_KEY, "CREDENTIAL_ENCRYPTION_KEY_PREVIOUS": SEALING_KEY}
        done = self.does(Clerk(house, False), *rotate, "--json", said="no longer needed", **both)
        self.assertEqual(done.json, {"tokens_resealed": 3, "tokens_already": 0, "operator_key": "resealed"})
        done = self.does(Clerk(house, False), *rotate, "--json")
        self.assertEqual(done.json, {"tokens_resealed": 0, "tokens_already": 3, "operator_key": "already"})
        works()
        os.unlink(os.path.join(credentials, "credential_encryption_key_previous"))
        reread(2)
        works()
        house.stop()
        self.assert_opens_with(house, NEW_KEY)

    def test_copied_token(self):
        """a sealed token that is copied into another provider's row does not open there"""
        house, clerk = self.furnished(2)
        self.change(house, "UPDATE providers SET sealed_token = (SELECT sealed_token FROM providers WHERE id = 'p0') WHERE id = 'p1'")
        self.does(clerk, "provider", "check", "p0")
        done = clerk("provider", "check", "p1")
        self.assertEqual(done.code, 4, str(done))
        self.assertIn("copied here", done.out)

    def test_first_version(self):
        """what an earlier version has sealed is sealed anew at the next start, bound to its provider"""
        # AES-256-GCM's published vector: key, nonce and text of zeros.
        sealed = base64.b64encode(bytes([1]) + bytes(12) + bytes.fromhex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"))
        zeros = {"CREDENTIAL_ENCRYPTION_KEY": "0" * 64}
        sim = self.sim(ssh=False)
        self.token = sim.token
        house = self.house(sim, **zeros)
        clerk = Clerk(house, False)
        self.does(clerk, "provider", "set", "p0", "--token-stdin", stdin=sim.token)
        self.does(clerk, "provider", "set", "p1", "--token-stdin", stdin=sim.token)
        whole = dict(self.at_rest(house)[0])
        self.change(house, "UPDATE providers SET sealed_token = ? WHERE id = 'p1'", sealed.decode())
        house.start()
        renewed = dict(self.at_rest(house)[0])
        self.assertEqual(renewed["p0"], whole["p0"])
        self.assertEqual(base64.b64decode(renewed["p1"])[0], 2)
        self.assertEqual(len(base64.b64decode(renewed["p1"])), 1 + 8 + 12 + 16 + 16)

    def test_planted_secret(self):
        """a secret in the clear of which the database knows nothing is refused where there is a key to seal with"""
        house, clerk = self.furnished(1)
        file = house.database + ".operator"
        self.change(house, "DELETE FROM secrets")
        with open(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as opened:
            opened.write("plain:" + "7" * 64 + "\n")
        refused = subprocess.run([SLIPWAYD], env=house.environment(), capture_output=True, text=True, timeout=60)
        self.assertEqual(refused.returncode, 78, refused.stderr)
        self.assertIn("in the clear", refused.stderr)
        self.assertIn("move the file away", refused.stderr)
        self.assertNotIn("7777", refused.stderr)
        done = self.does(clerk, "doctor", "--json", code=1).json
        (key,) = [check for check in done["checks"] if check["check"] == "key"]
        self.assertEqual(key["result"], "failed")
        os.unlink(file)
        self.does(clerk, "provider", "check", "p0")

    def test_wrong(self):
        """rotate: a wrong old key, the same key, a bad file, no key and no database change nothing and say so"""
        house, clerk = self.furnished()
        before = self.at_rest(house)
        good = self.key_file(house)
        rotate = ("secrets", "rotate", "--new-key-file")
        self.does(clerk, *rotate, good, code=78, said="Nothing was changed", CREDENTIAL_ENCRYPTION_KEY="ab" * 32)
        # Another installation's secret: the tokens would open, but nothing may change by halves.
        self.change(house, "UPDATE secrets SET sealed = ? WHERE name = 'installation'", base64.b64encode(b"\x01" + bytes(60)).decode())
        changed = self.at_rest(house)
        self.does(clerk, *rotate, good, code=78, said="Nothing was changed")
        self.assertEqual(self.at_rest(house), changed)
        self.change(house, "UPDATE secrets SET sealed = ? WHERE name = 'installation'", before[1][1])
        self.does(clerk, *rotate, good, code=78, said="CREDENTIAL_ENCRYPTION_KEY", CREDENTIAL_ENCRYPTION_KEY="")
        self.does(clerk, *rotate, "/nonexistent", code=2, said="/nonexistent")
        self.does(clerk, *rotate, house.directory, code=2, said="not a file")
        self.does(clerk, *rotate, self.key_file(house, mode=0o644), code=2, said="chmod 600")
        self.does(clerk, *rotate, self.key_file(house, "short"), code=2, said="openssl rand -hex 32")
        self.does(clerk, *rotate, self.key_file(house, SEALING_KEY), code=2, said="make another")
        self.assertEqual(self.at_rest(house), before)
        self.does(clerk, *rotate, self.key_file(house), code=5, said="no database", SLIPWAY_DATABASE_URL="sqlite:nowhere.db")
        self.assertFalse(os.path.exists(os.path.join(house.directory, "nowhere.db")))
        self.assert_opens_with(house, SEALING_KEY)

    def test_killed_between(self):
        """rotate killed between the tokens and the installation's secret: nothing has changed; run again, all of it does"""
        house, clerk = self.furnished()
        before = self.at_rest(house)
        rotate = ("secrets", "rotate", "--new-key-file", self.key_file(house), "--json")
        killed = clerk(*rotate, SLIPWAY_CRASH="rotate")
        self.assertEqual(killed.code, -9, str(killed))
        self.assertEqual(self.at_rest(house), before)
        self.assert_opens_with(house, SEALING_KEY)
        done = self.does(clerk, *rotate)
        self.assertEqual(done.json, {"tokens_resealed": 3, "tokens_already": 0, "operator_key": "resealed"})
        after = self.at_rest(house)
        self.assert_opens_with(house, NEW_KEY)
        done = self.does(clerk, *rotate)
        self.assertEqual(done.json, {"tokens_resealed": 0, "tokens_already": 3, "operator_key": "already"})
        self.assertEqual(self.at_rest(house), after)

    def test_plain_secret(self):
        """a secret that was made before there was a key to seal with is a file; the first start with a key takes it in, and so does rotate"""
        sim = self.sim(ssh=False)
        self.token = sim.token
        house = self.house(sim)
        clerk = Clerk(house, False)
        file = house.database + ".operator"
        self.does(clerk, "provider", "set", "p0", "--token-stdin", stdin=sim.token, code=78, CREDENTIAL_ENCRYPTION_KEY="",
                  HETZNER_PROVISIONING_ENABLED="")
        with open(file, encoding="utf-8") as opened:
            plain = opened.read()
        self.assertTrue(plain.startswith("plain:"))
        remembered = self.at_rest(house)[1]
        self.assertEqual(remembered[1], None)
        self.does(clerk, "provider", "set", "p0", "--token-stdin", stdin=sim.token)
        self.assertFalse(os.path.exists(file))
        self.assertEqual(self.at_rest(house)[1][0], remembered[0])
        # As it was before, with the token already there: rotate is the first to see the key.
        self.change(house, "UPDATE secrets SET sealed = NULL WHERE name = 'installation'")
        with open(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as opened:
            opened.write(plain)
        done = self.does(clerk, "secrets", "rotate", "--new-key-file", self.key_file(house), "--json")
        self.assertEqual(done.json["operator_key"], "resealed")
        self.assertFalse(os.path.exists(file))
        self.assertEqual(self.at_rest(house)[1][0], remembered[0])
        self.assert_opens_with(house, NEW_KEY, 1)

    def test_missing_secret(self):
        """a secret that is lost while a VM is on its way is not made anew: slipway does not start, doctor says why, until somebody says that it is lost"""
        sim = self.sim("--boot-ms", "600000")
        self.token = sim.token
        house = self.house(sim).start()
        house.provider()
        house.offering()
        house.contract("c-1")
        house.wait("c-1", "server_created")
        house.stop()
        self.change(house, "DELETE FROM secrets")
        refused = subprocess.run([SLIPWAYD], env=house.environment(), capture_output=True, text=True, timeout=60)
        self.assertEqual(refused.returncode, 78, refused.stderr)
        self.assertIn("the installation's secret is missing", refused.stderr)
        self.assertIn("c-1", refused.stderr)
        clerk = Clerk(house, False)
        found = self.does(clerk, "doctor", "--json", code=1).json
        (key,) = [check for check in found["checks"] if check["check"] == "key"]
        self.assertEqual(key["result"], "failed")
        self.assertIn("the installation's secret is missing", key["detail"])
        with open(os.open(house.database + ".operator", os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write("lost\n")
        house.start()
        self.assertFalse(os.path.exists(house.database + ".operator"))


class Doctor(ClerkCase):
    def asked(self, clerk, code, **more):
        done = self.does(clerk, "doctor", "--json", code=code, **more)
        self.assertEqual(done.json["works"], code == 0)
        self.assertEqual(set(done.json["checks"][0]), {"check", "result", "detail"})
        return {c["check"]: (c["result"], c["detail"]) for c in done.json["checks"]}

    def test_here(self):
        """doctor on a developer's machine: all is well; no database; a bad token, none; a clock that is wrong; no network"""
        sim = self.sim(ssh=False)
        self.token = sim.token
        house = self.house(sim, HCLOUD_TOKEN=sim.token)
        clerk = Clerk(house, False)
        found = self.asked(clerk, 0)
        self.assertEqual(found["database"][0], "warning")
        self.assertEqual({k: v[0] for k, v in found.items() if k != "database"},
                         {"configuration": "ok", "token": "ok", "hetzner": "ok", "key": "ok", "clock": "ok"})
        self.assertFalse(os.path.exists(house.database))
        self.does(clerk, "provider", "set", "p1", "--token-stdin", stdin=sim.token)
        self.assertEqual(self.asked(clerk, 0)["database"][0], "ok")
        self.assertEqual(self.asked(clerk, 1, HCLOUD_TOKEN="wrong" * 12)["token"][0], "failed")
        self.assertEqual(self.asked(clerk, 1, HCLOUD_TOKEN="", HETZNER_PROVISIONING_ENABLED="")["token"][0], "failed")
        self.assertEqual(self.asked(clerk, 0, HCLOUD_TOKEN="")["token"][0], "ok")
        self.assertEqual(self.asked(clerk, 1, HCLOUD_ENDPOINT="http://127.0.0.1:1/v1")["hetzner"][0], "failed")
        self.assertEqual(self.asked(clerk, 1, CREDENTIAL_ENCRYPTION_KEY="ab" * 32)["key"][0], "failed")
        self.assertIn("SLIPWAY_SSH_PORT", self.asked(clerk, 1, SLIPWAY_SSH_PORT="many")["configuration"][1])
        self.assertIn("CREDENTIAL", self.asked(clerk, 1, CREDENTIAL_ENCRYPTION_KEY="")["configuration"][1])
        self.assertEqual(self.asked(clerk, 1, SLIPWAY_DATABASE_URL="sqlite:/nonexistent/x.db")["database"][0], "failed")
        text = os.path.join(house.directory, "text.db")
        with open(text, "w", encoding="utf-8") as file:
            file.write("this is no database at all, " * 40)
        self.assertEqual(self.asked(clerk, 1, SLIPWAY_DATABASE_URL="sqlite:" + text)["database"][0], "failed")
        for ahead, result, said in ((0, "ok", "within"), (120, "warning", "behind"), (-4000, "warning", "ahead of")):
            fake = FakeHetzner(ahead=ahead)
            self.addCleanup(fake.close)
            clock = self.asked(clerk, 0, HCLOUD_ENDPOINT=fake.url)["clock"]
            self.assertEqual(clock[0], result)
            self.assertIn(said, clock[1])
        lines = self.does(clerk, "doctor").out
        self.assertIn("ok       database", lines)

    def test_daemon(self):
        """doctor with a daemon: ready, not running, a token that it refuses"""
        sim = self.sim(ssh=False)
        self.token = sim.token
        house = self.house(sim).start()
        clerk = Clerk(house, True)
        found = self.asked(clerk, 0, HCLOUD_ENDPOINT=sim.url + "/v1")
        self.assertEqual((found["daemon"][0], found["token"][0]), ("ok", "ok"))
        self.assertNotIn("database", found)
        house.stop()
        self.assertIn("slipwayd", self.asked(clerk, 1, HCLOUD_ENDPOINT=sim.url + "/v1")["daemon"][1])


if __name__ == "__main__":
    run()
