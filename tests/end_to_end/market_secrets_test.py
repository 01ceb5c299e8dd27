"""What slipwayd keeps to itself, and what it refuses to start with."""
import http.client
import os
import re
import shutil
import subprocess

from harness import Case, eventually, run
from house import SEALING_KEY, SLIPWAYD, Daemon

TOKEN = "hQ7vZkP2xWmR9tLcB4nYsJ6dGfE8uKaH3pTzVqXw5CrMoNiSbUyDlFgWeAjR1k0T"
WARNING = ("HETZNER_PROVISIONING_ENABLED not set — Hetzner provisioning will NOT work. "
           "Set HETZNER_PROVISIONING_ENABLED=true to enable.")


def pieces(secret, length=16):
    """Every piece of that length, so that half a token is found, too."""
    return [secret[i:i + length].encode() for i in range(0, len(secret) - length + 1, 8)]


class Secrets(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def refused(self, **settings):
        """Exit code and stderr of slipwayd --check-config, and the same code when it is to run."""
        house = self.house(None)
        env = house.environment(**settings)
        done = subprocess.run([SLIPWAYD, "--check-config"], env=env, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            again = subprocess.run([SLIPWAYD], env=env, capture_output=True, text=True, timeout=60)
            self.assertEqual(again.returncode, done.returncode, again.stderr)
            self.assertFalse(os.path.exists(house.database), "nothing is created by a refused start")
        return done

    def test_a_token_is_nowhere(self):
        """a provider's token is in no file, no log, no answer, and not in the memory of the idle daemon"""
        sim = self.sim(token=TOKEN)
        house = self.house(sim, SLIPWAY_LOG_LEVEL="trace").start()
        house.provider(token=TOKEN)
        house.offering()
        sim.fault("rate_limited", "1@POST /servers")  # its text repeats half of the token
        house.contract("c-1")
        house.wait("c-1", "active")
        house.api("PUT", "/v1/providers/p2", {"hetzner_token": TOKEN + "X"})
        house.api("PUT", "/v1/providers/p2", '{"hetzner_token": "' + TOKEN + '", "unknown": 1}',
                  Content_Type="application/json")
        house.api("PUT", "/v1/providers/p2", '{"hetzner_token": "' + TOKEN)
        answers = [house.api("GET", path).text for path in (
            "/v1/providers/p1", "/v1/offerings", "/v1/contracts", "/v1/events", "/metrics", "/v1/catalog?provider=p1")]
        answers.append(house.api("POST", "/v1/providers/p1/check").text)
        house.end("c-1")
        house.wait("c-1", "terminated")
        places = {"an answer": "\n".join(answers).encode()}
        if not shutil.which("gcore"):
            print("# no gcore here: the memory was not searched")
        elif self.is_instrumented(house):
            print("# built with a sanitizer, whose memory is terabytes: it was not searched")
        else:
            # Connections that are kept alive hold what was last sent over them: idle means that they have gone, too.
            core = os.path.join(house.directory, "core")
            eventually(lambda: self.dump(house, core), 20, "the core dump")
            with open(core, "rb") as file:
                places["memory"] = file.read()
            os.unlink(core)
            self.assertIn(b"slipway", places["memory"])
        house.stop()
        for root, _, files in os.walk(house.directory):
            for name in files:
                with open(os.path.join(root, name), "rb") as file:
                    places[name] = file.read()
        self.assertIn("slipway.db", places)
        self.assertIn("slipwayd.log", places)
        for place, content in places.items():
            found = [piece for piece in pieces(TOKEN) if piece in content]
            self.assertEqual(found, [], f"a piece of the token is in {place}")
            if place != "memory":
                self.assertNotIn(SEALING_KEY.encode(), content, place)

    def is_instrumented(self, house):
        with open(f"/proc/{house.process.pid}/status", encoding="utf-8") as status:
            kib, = (int(line.split()[1]) for line in status if line.startswith("VmSize:"))
        return kib > 1 << 30

    def dump(self, house, core):
        done = subprocess.run(["gcore", "-o", core, str(house.process.pid)], capture_output=True, timeout=120)
        made = f"{core}.{house.process.pid}"
        if done.returncode != 0 or not os.path.exists(made):
            self.skipTest("gcore may not read another process here")
        os.rename(made, core)
        return True

    def test_gate(self):
        """HETZNER_PROVISIONING_ENABLED: unset it warns in the agreed words, true it wants a good key, else exit 78"""
        done = self.refused(HETZNER_PROVISIONING_ENABLED="")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(WARNING, done.stderr)
        done = self.refused()
        self.assertEqual((done.returncode, WARNING in done.stderr), (0, False), done.stderr)
        for key in ("", "abc", "g" * 64, "0" * 63, "0" * 65):
            done = self.refused(CREDENTIAL_ENCRYPTION_KEY=key)
            self.assertEqual(done.returncode, 78, key + done.stderr)
            self.assertIn("CREDENTIAL_ENCRYPTION_KEY", done.stderr)
            if key:
                self.assertNotIn(key, done.stderr)
        done = self.refused(HETZNER_PROVISIONING_ENABLED="false", CREDENTIAL_ENCRYPTION_KEY="")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_refusals(self):
        """settings that are wrong are named, and slipwayd does not start with them"""
        for settings, word in (
                ({"HETZNER_PROVISIONING_ENABLED": "maybe"}, "HETZNER_PROVISIONING_ENABLED"),
                ({"HETZNER_POLL_INTERVAL_SECS": "0"}, "HETZNER_POLL_INTERVAL_SECS"),
                ({"HETZNER_TERMINATION_POLL_INTERVAL_SECS": "x"}, "HETZNER_TERMINATION_POLL_INTERVAL_SECS"),
                ({"SLIPWAY_LISTEN": "0.0.0.0:8080"}, "SLIPWAY_API_TOKEN"),
                ({"SLIPWAY_LISTEN": "nonsense"}, "SLIPWAY_LISTEN"),
                ({"HCLOUD_ENDPOINT": "http://api.example.org/v1"}, "HCLOUD_ENDPOINT"),
                ({"SLIPWAY_DATABASE_URL": "mysql://x"}, "database URL")):
            done = self.refused(**settings)
            self.assertEqual(done.returncode, 78, str(settings) + done.stderr)
            self.assertIn(word, done.stderr)

    def test_credentials(self):
        """secrets come from systemd's credentials and from files, too; SIGHUP reads them again"""
        sim = self.sim(ssh=False)
        house = self.house(sim, CREDENTIAL_ENCRYPTION_KEY="")
        credentials = os.path.join(house.directory, "credentials")
        os.mkdir(credentials)
        with open(os.path.join(credentials, "credential_encryption_key"), "w", encoding="utf-8") as file:
            file.write(SEALING_KEY + "\n")
        token_file = os.path.join(house.directory, "api-token")
        with open(token_file, "w", encoding="utf-8") as file:
            file.write("first-token\n")
        house.settings.update(CREDENTIALS_DIRECTORY=credentials, SLIPWAY_API_TOKEN_FILE=token_file,
                              SLIPWAY_LISTEN=f"unix:{house.socket},127.0.0.1:0")
        house.start()
        house.provider()
        port = re.search(r"listening on 127\.0\.0\.1:(\d+)", house.log_lines()).group(1)

        def status(token):
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
            self.addCleanup(connection.close)
            connection.request("GET", "/v1/contracts", headers={"Authorization": f"Bearer {token}"})
            return connection.getresponse().status

        self.assertEqual((status("first-token"), status("wrong")), (200, 401))
        with open(token_file, "w", encoding="utf-8") as file:
            file.write("second-token\n")
        house.process.send_signal(1)
        eventually(lambda: status("second-token") == 200, what="the new token")
        self.assertEqual(status("first-token"), 401)

    def test_stop(self):
        """SIGTERM: it stops within seconds, also with work in hand, and the next start goes on"""
        sim = self.sim("--boot-ms", "1500")
        house = self.house(sim).start()
        house.provider()
        house.offering()
        house.contract("c-1")
        house.wait("c-1", "server_created")
        self.assertEqual(house.stop(), 0)
        self.assertFalse(os.path.exists(house.socket))
        house.start()
        house.wait("c-1", "active")
        self.assertEqual(len(sim.servers()), 1)


if __name__ == "__main__":
    run()
