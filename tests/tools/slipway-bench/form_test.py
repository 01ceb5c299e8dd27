"""slipway-bench's output: a line of JSON for programs on stdout, a table for people on stderr, on both stores; and what it
says to a wrong command line. How fast anything is, is not asked."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import postgres_server  # noqa: E402

BENCH = os.environ["SLIPWAY_BENCH"]
NUMBERS = ("n", "concurrency", "daemons", "rounds", "seconds", "per_second", "appends_per_second", "p50_us", "p99_us",
           "rss_mb", "limit_per_second", "ratio")


class Form(unittest.TestCase):
    def bench(self, *arguments, code=0):
        with tempfile.TemporaryDirectory() as place:
            done = subprocess.run([BENCH, *arguments], capture_output=True, text=True, env={**os.environ, "TMPDIR": place})
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(os.listdir(place), [], "something was left behind")
        return done

    def check(self, done, store, daemons):
        self.assertEqual(done.stdout.count("\n"), 1)
        found = json.loads(done.stdout)
        self.assertEqual((found["bench"], found["store"], found["daemons"]), ("append", store, daemons))
        for name in NUMBERS:
            self.assertGreater(found[name], 0, name)
        head, row = done.stderr.splitlines()[-2:]
        self.assertEqual(head.split()[0], "bench")
        self.assertEqual(row.split()[:2], ["append", store])

    def test_on_a_file(self):
        self.check(self.bench("append", "--n=100", "--concurrency=8", "--rounds=2"), "sqlite", 1)

    def test_all_is_everything_there_is(self):
        self.check(self.bench("all", "--n=20", "--concurrency=1", "--rounds=1"), "sqlite", 1)

    def test_on_a_server_with_two_daemons_and_nothing_is_left_there(self):
        server = postgres_server.PostgresServer()
        try:
            url = server.create("slipway")
            done = self.bench("append", "--n=100", "--concurrency=8", "--rounds=2", "--daemons=2", "--db", url)
            self.check(done, "postgresql", 2)
            self.assertEqual(server.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'slipway_bench%'"), "0")
        finally:
            server.close()

    def test_what_it_does_not_understand(self):
        for arguments in ((), ("fly",), ("append", "--n=0"), ("append", "--db=mysql://x/y"), ("append", "--daemons=2")):
            with self.subTest(arguments):
                self.assertEqual(self.bench(*arguments, code=64).stdout, "")

    def test_a_server_that_does_not_answer(self):
        done = self.bench("append", "--db=postgresql://nobody@127.0.0.1:1/x", code=1)
        self.assertIn("slipway-bench: PostgreSQL says:", done.stderr)


if __name__ == "__main__":
    unittest.main()
