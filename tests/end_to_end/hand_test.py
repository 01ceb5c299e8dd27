"""What is at hand for who works with slipway: what a list leaves out, where settings come from, how far long work is, the
fleet at a terminal, and what was probably meant."""
import fcntl
import json
import os
import re
import signal
import struct
import subprocess
import sys
import termios

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PATIENCE, SLIPWAY, SLIPWAY_LOG, Case, eventually, run  # noqa: E402
from house import SLIPWAYD, Daemon  # noqa: E402
from pseudo_terminal import PseudoTerminal  # noqa: E402


class Hand(Case):
    def at_terminal(self, home, *command, **more):
        shown = PseudoTerminal(list(command), home.environment(**more), home.directory)
        self.addCleanup(lambda: shown.master is not None and shown.close())
        return shown

    def test_list_leaves_out(self):
        """VMs that failed and were cleaned up leave the list, deleted ones too; how many is said, --all shows them"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        self.assertEqual(home.slipway("server", "create", "web2", "--no-kamal").code, 0)
        self.assertEqual(home.slipway("server", "delete", "web2", "--yes").code, 0)
        sim.fault("quota", "always")
        for name in ("bad1", "bad2"):
            self.assertEqual(home.slipway("server", "create", name, "--no-kamal").code, 1)
        done = home.slipway("server", "list")
        self.assertEqual([line.split()[0] for line in done.out.splitlines()], ["NAME", "web1"])
        self.assertIn("1 deleted, 2 failed and cleaned up: slipway server list --all shows them too", done.err)
        self.assertEqual([vm["name"] for vm in home.slipway("server", "list", "--json").json], ["web1"])
        done = home.slipway("server", "list", "--all")
        self.assertEqual(sorted(line.split()[0] for line in done.out.splitlines()[1:]), ["bad1", "bad2", "web1", "web2"])
        self.assertEqual(done.err, "")

    def test_leaked_stays_listed(self):
        """one that failed and is still there is not left out"""
        sim = self.sim("--fault", "ssh_refuse=always", "--fault", "protected=always")
        home = self.home(sim, SLIPWAY_SSH_TIMEOUT_SECS="2")
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 1)
        done = home.slipway("server", "list")
        self.assertIn("web1", done.out, str(done))
        self.assertEqual(done.err, "")

    def test_misspelt(self):
        """a misspelt option is answered with the one that was meant, as a misspelt word is"""
        home = self.home(None)
        for typed, meant in ((("server", "create", "x", "--imge", "debian-12"), "did you mean --image?"),
                             (("server", "create", "--locaton=fsn1", "x"), "did you mean --location?"),
                             (("server", "create", "x", "--dryrun"), "did you mean --dry-run?"),
                             (("server", "create", "x", "--kamel", "f"), "did you mean --kamal?"),
                             (("server", "create", "--imge", "debian-12"), "did you mean --image?"),
                             (("server", "creat", "x"), "did you mean create?"),
                             (("dashbord",), "did you mean dashboard?")):
            done = home.slipway(*typed)
            self.assertEqual((done.code, done.out), (2, ""), str(done))
            self.assertIn(meant, done.err)

    def test_check_config(self):
        """--check-config: each setting with its origin, no secret; all that is wrong at once, and what may be misspelt"""
        house = Daemon(None)
        self.addCleanup(house.close)
        secret = "check0config0token0check0config0"
        path = os.path.join(house.directory, "settings")
        with open(path, "w", encoding="utf-8") as file:
            file.write("SLIPWAY_LOCATIONS=fsn1,hel1\n")
        os.chmod(path, 0o600)

        def check(**settings):
            return subprocess.run([SLIPWAYD, "--config", path, "--check-config"], env=house.environment(**settings),
                                  capture_output=True, text=True, timeout=60 * PATIENCE)
        good = check(SLIPWAY_API_TOKEN=secret, SLIPWAY_LISTN="x")
        self.assertEqual(good.returncode, 0, good.stderr)
        rows = {line.split()[0]: line.split()[1:] for line in good.stdout.splitlines()[:-1]}
        self.assertEqual(rows["SLIPWAY_LISTEN"], ["environment", "unix:" + house.socket])
        self.assertEqual(rows["SLIPWAY_LOCATIONS"], ["file", path, "fsn1,hel1"])
        self.assertEqual(rows["SLIPWAY_API_TOKEN"], ["environment"])
        self.assertEqual(rows["DISCORD_USER_QUOTA"], ["default"])
        self.assertEqual(good.stdout.splitlines()[-1], "the configuration is valid")
        self.assertIn("did you mean SLIPWAY_LISTEN?", good.stderr)
        self.assertNotIn(secret, good.stdout + good.stderr)
        bad = check(SLIPWAY_API_TOKEN=secret, SLIPWAY_LEASE_SECS="1", HETZNER_POLL_INTERVAL_SECS="never")
        self.assertEqual(bad.returncode, 78)
        self.assertIn("SLIPWAY_LEASE_SECS must be", bad.stderr)
        self.assertIn("HETZNER_POLL_INTERVAL_SECS must be", bad.stderr)
        self.assertNotIn(secret, bad.stdout + bad.stderr)

    def test_progress(self):
        """verify, import and export say how far they are, at a terminal alone"""
        home = self.home(self.sim(ssh=False))
        self.assertEqual(home.slipway("server", "create", "m", "--count", "20", "--no-wait", "--no-kamal").code, 0)
        database = "sqlite:" + home.database
        copy = os.path.join(home.directory, "copy.jsonl")
        for command, said in ((["verify"], "streams: "), (["import", copy], "records: ")):
            if command[0] == "import":
                database = "sqlite:" + copy + ".db"
                with open(copy, "w", encoding="utf-8") as file:
                    file.write(home.log("export").stdout)
            shown = self.at_terminal(home, SLIPWAY_LOG, "--db", database, *command)
            shown.until(said)
            self.assertEqual(shown.ends(), 0, shown.seen)
            self.assertIn(" of 20", shown.seen)
            self.assertTrue(shown.raw.rstrip().rpartition(b"\x1b[K")[2].startswith((b"20 ", b"40 ")), shown.raw[-300:])
        shown = self.at_terminal(home, "sh", "-c", f"{SLIPWAY_LOG} --db {database} export >{copy}")
        shown.until("records: ")
        self.assertEqual(shown.ends(), 0, shown.seen)
        done = home.log("verify")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_progress_over_projects(self):
        """an audit of several projects, and a new key for all their tokens, say how far they are, at a terminal alone"""
        sim = self.sim(ssh=False)
        house = Daemon(sim)
        self.addCleanup(house.close)
        house.start()
        for name in ("p1", "p2", "p3"):
            house.provider(name)
        sim.fault("delay", "300ms:always@GET /servers")
        home = self.home(sim, SLIPWAY_API="unix:" + house.socket)
        shown = self.at_terminal(home, SLIPWAY, "audit")
        shown.until(" compared")
        shown.until("2 projects compared")
        self.assertEqual(shown.ends(), 0, shown.seen)
        done = home.slipway("audit")
        self.assertNotIn("compared", done.err)
        self.assertEqual(house.stop(), 0)
        new_key = home.write("new-key", "fedcba9876543210" * 4, 0o600)
        settings = {name: house.environment()[name] for name in ("CREDENTIAL_ENCRYPTION_KEY", "SLIPWAY_DATABASE_URL")}
        shown = self.at_terminal(home, SLIPWAY, "secrets", "rotate", "--new-key-file", new_key, SLIPWAY_API="", **settings)
        shown.until("tokens: 0")
        shown.until("3 tokens were sealed under the new key")
        self.assertEqual(shown.ends(), 0, shown.seen)

    def test_top(self):
        """the fleet at a terminal: follows what happens, fits a smaller window, q ends it, and the terminal is as it was"""
        home = self.home(self.sim())
        self.assertEqual(home.slipway("top").code, 3)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        once = home.slipway("top")
        self.assertEqual(once.code, 0, str(once))
        self.assertTrue(once.out.startswith("slipway  1 live: 1 active\n"), once.out)
        self.assertNotIn("\x1b", once.out)
        self.assertEqual(home.slipway("top", "--json").json["fleet"][0]["name"], "web1")
        for key, code in (("q", 0), ("\x03", 0), (signal.SIGTERM, 0)):
            shown = self.at_terminal(home, SLIPWAY, "top")
            before = termios.tcgetattr(shown.slave)
            shown.until("1 live: 1 active")
            self.assertFalse(shown.echoes())
            if key == "q":
                self.assertEqual(home.slipway("server", "create", "web2", "--no-kamal").code, 0)
                shown.until("2 live: 2 active")
                fcntl.ioctl(shown.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 30, 0, 0))
                shown.process.send_signal(signal.SIGWINCH)
                shown.until("…")
                last = shown.raw.rpartition(b"\x1b[H")[2].decode()
                lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", last).split("\r\n")
                self.assertLessEqual(max(map(len, lines)), 30)
                self.assertLessEqual(len(lines), 5)
                self.assertEqual(home.slipway("server", "delete", "web2", "--yes").code, 0)
                shown.until("1 live: 1 active")
            if isinstance(key, str):
                shown.press(key)
            else:
                shown.process.send_signal(key)
            self.assertEqual(shown.ends(), code, shown.seen)
            self.assertTrue(shown.raw.endswith(b"\x1b[?25h\x1b[?1049l"), shown.raw[-80:])
            self.assertTrue(shown.echoes())
            self.assertEqual(termios.tcgetattr(shown.slave)[:4], before[:4])

    def test_top_without_its_daemon(self):
        """a daemon that goes away is said, and what was seen last stays; it goes on when it is back"""
        sim = self.sim()
        house = Daemon(sim, HCLOUD_TOKEN=sim.token)
        self.addCleanup(house.close)
        house.start()
        home = self.home(sim, SLIPWAY_API="unix:" + house.socket)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        shown = self.at_terminal(home, SLIPWAY, "top")
        shown.until("1 live: 1 active")
        house.kill()
        shown.until("the daemon cannot be reached")
        self.assertIn("web1", shown.seen)
        house.start()
        self.assertEqual(home.slipway("server", "create", "web2", "--no-kamal").code, 0)
        shown.until("2 live: 2 active")
        shown.press("q")
        self.assertEqual(shown.ends(), 0)


if __name__ == "__main__":
    run()
