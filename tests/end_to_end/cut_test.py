"""Databases that were cut off (a copy that broke off, a file system that lost the end of a file): slipway and slipwayd refuse
in one sentence and create nothing, slipway-log shows what is left and verify names what is wrong. The last, half-written
records of a WAL are another matter: without them the log is sound, and what they were about is found again at Hetzner."""
import concurrent.futures
import os
import shutil
import signal
import sqlite3

from harness import PATIENCE, Case, Sim, run
from house import Daemon
from invariants import nothing_is_lost

PAGE, FRAME = 4096, 4096 + 24
RECIPE = "#!/bin/sh\necho run >>/root/runs\n"


class CutDatabase(Case):
    """The database of a daemon that was stopped: one file."""

    @classmethod
    def setUpClass(cls):
        cls.one = Sim(ssh=False)
        cls.whole = Daemon(cls.one)
        cls.whole.start()
        cls.whole.provider()
        cls.whole.offering()
        public = cls.whole.key_pair()[1]
        for number in range(30):
            cls.whole.contract(f"c-{number}", public)
        cls.whole.stop()
        cls.size = os.path.getsize(cls.whole.database)

    @classmethod
    def tearDownClass(cls):
        cls.whole.close()
        cls.one.close()

    def cut(self, size):
        """A house whose database ends there."""
        house = Daemon(self.one)
        self.addCleanup(house.close)
        shutil.copy(self.whole.database, house.database)
        os.truncate(house.database, size)
        return house

    def refuses(self, house):
        """Neither program takes it, and nobody makes anything."""
        writes = lambda: [r for r in self.one.requests() if r["method"] != "GET"]
        before = (len(writes()), len(self.one.servers()), len(self.one.keys()))
        with open(house.database, "rb") as file:
            content = file.read()
        self.assertIn(house.spawn().wait(30 * PATIENCE), (1, 5), house.log_lines())
        said = [line for line in house.log_lines().splitlines() if "the event log" in line]
        self.assertEqual(len(said), 1, house.log_lines())
        home = self.home(self.one)
        home.database = house.database
        for arguments in (("server", "create", "web1"), ("server", "list"), ("server", "resume"), ("server", "delete", "web1")):
            done = home.slipway(*arguments)
            self.assertIn(done.code, (1, 5), f"{arguments}: {done}")
            self.assertEqual(done.out, "", str(done))
            self.assertEqual(done.err.count("the event log"), 1, str(done))
            self.assertNotIn("bug", done.err)
        self.assertEqual((len(writes()), len(self.one.servers()), len(self.one.keys())), before)
        with open(house.database, "rb") as file:
            self.assertEqual(file.read(), content, "a damaged database is left as it is")

    def is_shown(self, house):
        """As far as it goes, and what is wrong is said; how many of the streams are."""
        said = f"is cut off: it has {os.path.getsize(house.database)} bytes of {self.size}"
        for verb in ("verify", "check", "events", "export", "stats", "list"):
            done = house.slipway_log(verb)
            self.assertIn(done.returncode, (1, 5), f"{verb}: {done.stdout}{done.stderr}")
            self.assertIn(said, done.stderr, verb)
        done = house.slipway_log("verify")
        self.assertEqual(done.returncode, 1, f"{done.stdout}{done.stderr}")
        self.assertIn(said, done.stdout)
        return sum(f"c-{number} " in house.slipway_log("list").stdout for number in range(30))

    def sizes(self, into):
        """Near the end, further in, and half-way: each so far into its page."""
        return [page * PAGE + into for page in
                (self.size // PAGE - 1, self.size // PAGE * 3 // 4, self.size // PAGE // 2)]

    def are_refused_and_shown(self, sizes):
        shown = []
        for size in sizes:
            with self.subTest(size):
                house = self.cut(size)
                self.refuses(house)
                shown.append(self.is_shown(house))
        print(f"# of 30 streams are listed, cut at {sizes} of {self.size} bytes: {shown}")
        self.assertGreater(max(shown), 0)

    def test_middle_of_a_page(self):
        """cut in the middle of a page: refused, nothing made, shown as far as it goes"""
        self.are_refused_and_shown(self.sizes(1000) + self.sizes(PAGE - 1000))

    def test_page_boundary(self):
        """cut between two pages: refused, nothing made, shown as far as it goes"""
        self.are_refused_and_shown(self.sizes(0))

    def test_almost_nothing(self):
        """cut to a few pages, to one and to less: refused, nothing made, said"""
        for size in (10 * PAGE + 96, 10 * PAGE, PAGE, 500, 50):
            with self.subTest(size):
                house = self.cut(size)
                self.refuses(house)
                done = house.slipway_log("verify")
                self.assertIn(done.returncode, (1, 5), done.stdout)
                self.assertIn(house.database, done.stderr)


class CutWal(Case):
    """What a killed program leaves: the newest records stand in the WAL alone."""

    def die(self, point):
        sim = self.sim()
        home = self.home(sim, SLIPWAY_LATE_GRACE_SECS=1)
        recipe = home.write("recipe.sh", RECIPE)
        done = home.slipway("server", "create", "web1", "--recipe", recipe, SLIPWAY_CRASH=point)
        self.assertEqual(done.code, -signal.SIGKILL, f"{point}: {done}")
        return sim, home, recipe

    def cut(self, home, by):
        wal = home.database + "-wal"
        os.truncate(wal, os.path.getsize(wal) - by)

    def test_last_frame(self):
        """the WAL's last frame is cut in two, or missing: at most the last commit is lost, and its work is found again"""
        def one(case):
            point, by = case
            sim, home, recipe = self.die(point)
            before = home.events()
            self.cut(home, by)
            left = home.events()
            self.assertEqual(left, before[:len(left)], case)
            self.assertLess(len(left), len(before), case)
            self.assertGreaterEqual(len(left), len(before) - 2, f"{case}: a commit is a result and the next intent")
            for verb in ("verify", "check"):
                self.assertEqual(home.log(verb).returncode, 0, case)
            again = ("server", "create", "web1", "--recipe", recipe) if not left else ("server", "resume")
            done = home.slipway(*again)
            # Where the log has lost that the server was ordered, or the host keys that it shows by then, the log is
            # older than the server: that is said, nothing is deleted, and somebody has to say that it is this VM's.
            taken_in = done.code != 0
            if taken_in:
                self.assertIn("slipway audit", done.err, f"{case}: {done}{home.log_text()}")
                self.assertEqual(len(sim.servers()), 1, case)
                adopted = home.slipway("audit", "--adopt")
                self.assertEqual(adopted.code, 0, f"{case}: {adopted}")
            streams = nothing_is_lost(sim, home, None if taken_in else {"web1": home.key})
            self.assertEqual([h["state"] for h in streams.values() if h["kind"] == "vm"], ["active"], case)
            self.assertEqual((len(sim.servers()), len(sim.keys())), (1, 1), case)

        points = ("before:2", "before:3", "after:3", "before:5", "before:6", "before:7")
        cases = [(point, by) for point in points for by in (FRAME // 3, FRAME)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(one, cases))

    def test_header(self):
        """the WAL is cut within its header, or gone: the log is that of the last checkpoint: that is noticed, and the VM taken in"""
        for by in (-20, 0):
            with self.subTest(by):
                sim, home, recipe = self.die("after:1")
                database = sqlite3.connect(home.database)
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.close()
                done = home.slipway("server", "resume", SLIPWAY_CRASH="before:3")
                self.assertEqual(done.code, -signal.SIGKILL, str(done))
                self.assertEqual(len(sim.servers()), 1)
                wal = home.database + "-wal"
                if by:
                    os.truncate(wal, 12)
                else:
                    os.remove(wal)
                self.assertEqual(home.types(), ["vm_requested"])
                done = home.slipway("server", "resume")
                self.assertEqual(done.code, 1, f"{done}{home.log_text()}")
                self.assertIn("slipway audit", done.err, "the log is older than the server")
                self.assertEqual(home.slipway("audit", "--adopt").code, 0)
                nothing_is_lost(sim, home)
                self.assertEqual((len(sim.servers()), len(sim.keys())), (1, 1))


if __name__ == "__main__":
    run()
