"""The marketplace's verbs of the CLI, through a daemon and with the engine in its own process."""
import http.server
import json
import os
import signal
import threading

from clerk import Clerk, ClerkCase
from harness import PATIENCE, SLIPWAY, eventually, run


class Market(ClerkCase):
    def test_contract(self):
        """contract: accepted, active, shown, listed, cancelled, both ways, with a line for each step"""
        sim = self.sim()
        for house, clerk in self.both(sim):
            self.furnish(clerk, sim)
            key = house.key_pair()[0] + ".pub"
            done = self.does(clerk, "contract", "accept", "--offering", "small", "--ssh-key", key, "--id", "c1", "--json")
            self.assertEqual(done.json["state"], "active")
            self.assertEqual(done.json["id"], "c1")
            for line in ("c1  accepted", "c1  SSH key", "c1  server", "c1  SSH answers", "c1  active"):
                self.assertIn(line, done.err)
            self.assertEqual(len(sim.servers()), 1)
            shown = self.does(clerk, "contract", "show", "c1")
            for text in ("active", "ssh root@", "hetzner:", "SHA256:"):
                self.assertIn(text, shown.out)
            listed = self.does(clerk, "contract", "list")
            self.assertIn("c1", listed.out)
            self.assertEqual(self.does(clerk, "contract", "list", "--state", "failed", "--json").json, [])
            self.does(clerk, "contract", "list", "--state", "broken", code=2, said="choose from")
            self.does(clerk, "contract", "retry-termination", "c1", code=4, said="nothing to try again")
            done = self.does(clerk, "contract", "cancel", "c1", "--json")
            self.assertEqual((done.json["state"], done.json["end_reason"]), ("terminated", "cancelled"))
            self.assertIn("c1  deleting", done.err)
            self.assertNotIn("SSH answers", done.err)  # what was before the command is not told again
            self.assertEqual((sim.servers(), sim.keys()), ([], []))
            self.does(clerk, "contract", "cancel", "c1", code=4)
            self.does(clerk, "contract", "show", "nobody", code=3, said="nobody")
            self.does(clerk, "contract", "cancel", "nobody", code=3, said="nobody")
            actors = {e["actor"] for e in house.events() if e["type"] == "contract_accepted"}
            self.assertTrue(actors == {"api"} if clerk.remote else next(iter(actors)).startswith("cli:"), actors)

    def test_wrong_contract(self):
        """contract accept: wrong files, ids, times and offerings are refused before anything is ordered"""
        sim = self.sim(ssh=False)
        for house, clerk in self.both(sim):
            self.furnish(clerk, sim)
            private = house.key_pair()[0]
            accept = ("contract", "accept", "--offering", "small", "--ssh-key")
            self.does(clerk, *accept, private, code=2, said="did you mean " + private + ".pub")
            self.does(clerk, *accept, "/nonexistent.pub", code=2, said="cannot be read")
            key = private + ".pub"
            self.does(clerk, *accept, key, "--id", "not an id", code=2, said="id: ")
            self.does(clerk, *accept, key, "--expires-at", "tomorrow", code=2, said="expires_at: ")
            self.does(clerk, "contract", "accept", "--offering", "none", "--ssh-key", key, code=2, said="no offering none")
            self.does(clerk, "contract", "accept", "--offering", "small", code=2, said="--ssh-key")
            self.does(clerk, "contract", "acept", code=2, said="accept")
            self.assertEqual(self.does(clerk, "contract", "list", "--json").json, [])
        self.assertEqual((sim.servers(), sim.keys()), ([], []))

    def test_no_wait(self):
        """--no-wait: the daemon does it; without one it is written down, and server resume does it"""
        sim = self.sim()
        for house, clerk in self.both(sim):
            self.furnish(clerk, sim)
            key = house.key_pair()[0] + ".pub"
            done = self.does(clerk, "contract", "accept", "--offering", "small", "--ssh-key", key, "--id", "c1", "--no-wait",
                             "--json", said="" if clerk.remote else "resume")
            self.assertEqual(done.json["state"], "accepted")
            if not clerk.remote:  # nobody has said that contracts are provisioned here: this one waits for who does
                self.does(clerk, "server", "resume", HETZNER_PROVISIONING_ENABLED="", HCLOUD_TOKEN=sim.token,
                          said="1 contract")
                self.assertEqual(self.does(clerk, "contract", "show", "c1", "--json").json["state"], "accepted")
            resumed = self.does(clerk, "server", "resume", said="daemon" if clerk.remote else "c1  active")
            if not clerk.remote:
                self.assertIn("active", resumed.out)
            eventually(lambda: self.does(clerk, "contract", "show", "c1", "--json").json["state"] == "active",
                       60, "the contract's VM")
            self.does(clerk, "contract", "cancel", "c1", "--no-wait")
            self.does(clerk, "server", "resume")
            eventually(lambda: not sim.servers() and not sim.keys(), 60, "the end of it")

    def test_provider(self):
        """provider: set, replaced, shown without its token, checked; a refused token is not kept"""
        sim = self.sim("--token", "other" + "0" * 59, ssh=False)
        self.token = sim.token
        for house, clerk in self.both(sim):
            self.does(clerk, "provider", "show", "p1", code=3, said="there is no")
            self.does(clerk, "provider", "set", "p1", code=2, said="--token-stdin")
            self.does(clerk, "provider", "set", "p1", "--token-stdin", code=2, said="no token")
            self.does(clerk, "provider", "set", "p1", "--token-stdin", stdin="wrong" * 12, code=2, said="refuses")
            self.does(clerk, "provider", "set", "p1", "--token-stdin", stdin="two words", code=2)
            self.does(clerk, "provider", "set", "p1", "--token-stdin", "--email", "nobody", stdin=sim.token, code=2,
                      said="email: ")
            self.does(clerk, "provider", "set", "direct", "--token-stdin", stdin=sim.token, code=2, said="another id")
            done = self.does(clerk, "provider", "set", "p1", "--token-stdin", "--email", "ops@example.org", "--telegram",
                             "-100123", "--json", stdin=sim.token)
            self.assertEqual((done.json["token_set"], done.json["email"], done.json["telegram_chat"]),
                             (True, "ops@example.org", "-100123"))
            shown = self.does(clerk, "provider", "show", "p1")
            self.assertIn("ops@example.org", shown.out)
            self.assertIn("works", self.does(clerk, "provider", "check", "p1").out)
            self.does(clerk, "provider", "check", "p2", code=3, said="p2")
            sim.fault("unauthorized", "always")
            checked = clerk("provider", "check", "p1")
            self.assertEqual(checked.code, 4, str(checked))
            self.assertIn("provider set p1", checked.err)
            sim.clear_faults()
            self.does(clerk, "provider", "check", "p1")

    def test_prompt(self):
        """provider set on a terminal asks for the token and does not show it"""
        import pty
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        clerk = Clerk(house, True)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(SLIPWAY, [SLIPWAY, "provider", "set", "p1"], clerk.environment())
        seen = b""
        while b"not shown): " not in seen:
            seen += os.read(terminal, 1024)
        os.write(terminal, sim.token.encode() + b"\n")
        try:
            while piece := os.read(terminal, 1024):
                seen += piece
        except OSError:
            pass
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, seen)
        self.assertIn(b"works", seen)
        self.assertNotIn(sim.token.encode(), seen)

    def test_offering_and_catalog(self):
        """offering and catalog: defined, listed, shown; wrong names are told field by field"""
        sim = self.sim(ssh=False)
        for house, clerk in self.both(sim, HCLOUD_TOKEN=sim.token):
            self.furnish(clerk, sim)
            define = ("offering", "define", "big", "--provider", "p1", "--image", "ubuntu-24.04")
            self.does(clerk, *define, "--server-type", "cx99", "--location", "nbg9", code=2, said="infra_config.server_type: ")
            self.does(clerk, "offering", "define", "big", "--provider", "p9", "--server-type", "cx23", "--location", "nbg1",
                      "--image", "ubuntu-24.04", code=2, said="p9")
            recipe = os.path.join(house.directory, "recipe.sh")
            with open(recipe, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\necho hello\n")
            self.does(clerk, *define, "--server-type", "cx23", "--location", "nbg1", "--recipe", recipe)
            self.does(clerk, *define, "--server-type", "cx23", "--location", "nbg1", "--recipe", "/nonexistent", code=2)
            self.assertEqual([o["id"] for o in self.does(clerk, "offering", "list", "--json").json], ["big", "small"])
            self.assertIn("echo hello", self.does(clerk, "offering", "show", "big").out)
            self.does(clerk, "offering", "show", "none", code=3, said="none")
            for part, name in (("locations", "nbg1"), ("server-types", "cx23"), ("images", "ubuntu-24.04")):
                for provider in ((), ("--provider", "p1")):
                    table = self.does(clerk, "catalog", part, *provider).out
                    self.assertIn(name, table)
                    self.assertLess(max(map(len, table.splitlines())), 120, table)
                    self.assertIn(name, [e["name"] for e in self.does(clerk, "catalog", part, *provider, "--json").json])
            for part in ("networks", "ssh-keys", "firewalls"):
                self.assertEqual(self.does(clerk, "catalog", part, "--json").json, [])
            self.does(clerk, "catalog", "locations", "--provider", "p9", code=3, said="p9")

    def test_audit(self):
        """audit: nothing, an orphan with its cost and what to do, a project that cannot be asked"""
        sim = self.sim()
        for house, clerk in self.both(sim):
            self.furnish(clerk, sim)
            self.does(clerk, "audit", said="nothing found")
            key = house.key_pair()[0] + ".pub"
            self.does(clerk, "contract", "accept", "--offering", "small", "--ssh-key", key, "--id", "c1")
            server, = sim.servers()
            sim.call("DELETE", f"/v1/servers/{server['id']}")
            eventually(lambda: not sim.servers(), 10, "its end")
            found = self.does(clerk, "audit")
            self.assertIn("vanished", found.out)
            self.assertIn("Somebody deleted", found.out)
            self.assertEqual([f["what"] for f in self.does(clerk, "audit", "--json").json["findings"]], ["vanished"])
            sim.fault("unauthorized", "always")
            asked = self.does(clerk, "audit", code=5, said="not asked")
            sim.clear_faults()
            self.assertNotIn(sim.token, asked.err)
            self.does(clerk, "contract", "cancel", "c1")
            self.assertEqual(sim.keys(), [])

    def test_settings(self):
        """no key: 78; not provisioned: 78; no daemon: 5; a token that the daemon refuses: 4; an address that is none"""
        sim = self.sim(ssh=False)
        for house, clerk in self.both(sim, CREDENTIAL_ENCRYPTION_KEY="", HETZNER_PROVISIONING_ENABLED="false"):
            self.token = sim.token
            self.does(clerk, "provider", "set", "p1", "--token-stdin", stdin=sim.token, code=78, said="CREDENTIAL_ENCRYPTION_KEY")
            key = house.key_pair()[0] + ".pub"
            self.does(clerk, "contract", "accept", "--offering", "x", "--ssh-key", key, code=78, said="HETZNER_PROVISIONING_ENABLED")
        house = self.house(sim, SLIPWAY_API_TOKEN="right")
        port = free_port()
        house.settings["SLIPWAY_LISTEN"] = f"127.0.0.1:{port},unix:{house.socket}"
        house.start()
        clerk = Clerk(house, True)
        address = f"http://127.0.0.1:{port}"
        self.does(clerk, "contract", "list", SLIPWAY_API=address, code=4, said="SLIPWAY_API_TOKEN")
        self.does(clerk, "contract", "list", SLIPWAY_API=address, SLIPWAY_API_TOKEN="wrong", code=4)
        self.does(clerk, "contract", "list", SLIPWAY_API=address, SLIPWAY_API_TOKEN="right")
        self.does(clerk, "--api", address, "contract", "list", SLIPWAY_API_TOKEN="right", SLIPWAY_API="unix:/nowhere")
        self.does(Clerk(house, False), "contract", "list", said="no contracts")  # who only reads disturbs nobody
        self.does(Clerk(house, False), "contract", "cancel", "c1", code=4, said="in use")
        house.stop()
        for verb in (("contract", "list"), ("provider", "show", "p1"), ("audit",), ("server", "list"), ("server", "show", "x")):
            self.does(clerk, *verb, code=5, said="slipwayd")
            self.does(clerk, *verb, SLIPWAY_API=address, code=5, said="cannot be reached")
        here = Clerk(house, False)
        self.does(here, "--db", "sqlite:" + house.database, "contract", "list", SLIPWAY_API="unix:/nowhere")
        self.does(clerk, "--api", "example.org", "contract", "list", code=2, said="unix:PATH")
        self.does(clerk, "--api", "http://example.org", "contract", "list", code=2, said="https")
        self.does(clerk, "contract", "list", SLIPWAY_API="nonsense", code=78, said="SLIPWAY_API")
        self.does(clerk, "--api", address, "--db", "sqlite:x", "contract", "list", code=2, said="--db")
        fresh = Clerk(self.house(sim), False)
        for verb in ("contract", "offering"):
            self.assertEqual(self.does(fresh, verb, "list", "--json").json, [])
            self.does(fresh, verb, "show", "x", code=3, said="no database")
        self.assertFalse(os.path.exists(fresh.house.database))

    def test_pages(self):
        """lists come in pages, and all of them are shown; an answer that is none is told"""
        asked = []

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                number = int(self.path.partition("&after=p")[2] or 0)
                what = self.path.split("?")[0].rsplit("/", 1)[1]
                page = {what: [{"id": f"x{number}", "name": f"x{number}", "state": "active"}]}
                if number < 2:
                    page["next"] = f"p{number + 1}"
                body = b"[1" if what == "offerings" else json.dumps(page).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        daemon = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.addCleanup(daemon.server_close)
        self.addCleanup(daemon.shutdown)
        threading.Thread(target=daemon.serve_forever, daemon=True).start()
        clerk = Clerk(self.house(None), True)
        self.token = "none"
        there = {"SLIPWAY_API": f"http://127.0.0.1:{daemon.server_port}"}
        names = ["x0", "x1", "x2"]
        self.assertEqual([v["name"] for v in self.does(clerk, "server", "list", "--json", **there).json], names)
        table = self.does(clerk, "contract", "list", "--state", "active", **there).out
        self.assertEqual([line.split()[0] for line in table.splitlines()[1:]], names)
        self.assertEqual(asked[0], "/v1/vms?limit=1000")
        self.assertEqual(asked[-1], "/v1/contracts?state=active&limit=1000&after=p2")
        self.does(clerk, "offering", "list", code=1, said="not one of slipway's", **there)

    def test_interrupted(self):
        """Ctrl-C: says who goes on; with a daemon it is done, without one slipway server resume does it"""
        sim = self.sim("--boot-ms", "1500")
        for house, clerk in self.both(sim):
            self.furnish(clerk, sim)
            key = house.key_pair()[0] + ".pub"
            process = clerk.start("contract", "accept", "--offering", "small", "--ssh-key", key, "--id", "c1")
            eventually(sim.servers, 30, "the server")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30 * PATIENCE)
            self.assertEqual((process.returncode, out), (130, ""), err)
            self.assertIn("contract show c1" if clerk.remote else "server resume", err)
            if not clerk.remote:
                self.does(clerk, "server", "resume", said="c1  active")
            eventually(lambda: self.does(clerk, "contract", "show", "c1", "--json").json["state"] == "active", 60, "active")
            self.assertEqual(len(sim.servers()), 1)
            self.does(clerk, "contract", "cancel", "c1")

    def test_daemon_started_anew(self):
        """a daemon that is killed while the CLI waits, and started anew, is waited for"""
        sim = self.sim("--boot-ms", "2000")
        house = self.house(sim).start()
        clerk = Clerk(house, True)
        self.furnish(clerk, sim)
        process = clerk.start("contract", "accept", "--offering", "small", "--ssh-key", house.key_pair()[0] + ".pub", "--id", "c1")
        eventually(sim.servers, 30, "the server")
        house.kill()
        told = ""
        while "waiting for it" not in told:
            line = process.stderr.readline()
            self.assertTrue(line, told)
            told += line
        house.start()
        out, err = process.communicate(timeout=90 * PATIENCE)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("c1  active", err)
        self.assertEqual(len(sim.servers()), 1)


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    run()
