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

BENCH, SLIPWAYD, SLIPWAY_LOG, REPORT = (
    os.environ[name] for name in ("SLIPWAY_BENCH", "SLIPWAYD", "SLIPWAY_LOG", "SLIPWAY_BENCH_REPORT"))
LOG = tuple(f"log-{verb}" for verb in ("verify", "export", "import", "show", "why", "list"))
EVERY = ("append", "replay", *LOG, "provision", "api", "restart", "grow", "dispatch")
NUMBERS = ("n", "concurrency", "rounds", "seconds", "per_second", "p50_us", "p99_us", "rss_mb", "limit_per_second", "ratio")
ALONE = ("alone_p50_us", "alone_p99_us", "alone_limit_p50_us", "alone_ratio")
# What each says beside these, none of it 0.
MORE = {"append": ("daemons", "appends_per_second"), "replay": ("limit_mb_per_second",),
        **{name: () for name in LOG[:3]}, **{name: ("limit_us",) for name in LOG[3:]},
        "provision": ("processor_us_per_life", *ALONE), "api": ALONE, "restart": ("events", "limit_us"),
        "grow": tuple(f"{what}_{size}" for size in (1, 3) for what in ("processor_us_per_life", "dropped_mb", "refused_mb")),
        "dispatch": ()}


class Form(unittest.TestCase):
    def bench(self, *arguments, code=0, slipwayd=SLIPWAYD):
        with tempfile.TemporaryDirectory() as place:
            done = subprocess.run([BENCH, *arguments, f"--slipwayd={slipwayd}", f"--slipway-log={SLIPWAY_LOG}"], capture_output=True, text=True,
                                  env={**os.environ, "TMPDIR": place})
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(os.listdir(place), [], "something was left behind")
        return done

    def check(self, done, store, names=EVERY):
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["bench"] for line in lines], list(names))
        head, *rows = done.stderr.splitlines()[-len(lines) - 1:]
        self.assertEqual(head.split()[0], "bench")
        for line, row in zip(lines, rows):
            with self.subTest(line["bench"]):
                self.assertEqual(line["store"], "memory" if line["bench"] == "dispatch" else store)
                for name in (*NUMBERS, *MORE[line["bench"]]):
                    self.assertGreater(line[name], 0, name)
                self.assertEqual(row.split()[:2], [line["bench"], line["store"]])
        return lines

    def test_all_is_everything_there_is(self):
        done = self.bench("all", "--n=20", "--concurrency=3", "--rounds=1", "--watch=0.05")
        for line in self.check(done, "sqlite"):
            if line["bench"] == "grow":
                self.assertGreaterEqual(line["dropped_core_percent_3"], 0)
                self.assertGreaterEqual(line["refused_core_percent_3"], 0)

    def test_as_many_rounds_as_are_asked_for(self):
        line, = self.check(self.bench("append", "--n=100", "--concurrency=8", "--rounds=2"), "sqlite", ["append"])
        self.assertEqual((line["rounds"], line["daemons"], line["n"], line["concurrency"]), (2, 1, 100, 8))

    def test_on_a_server_with_two_daemons_and_nothing_is_left_there(self):
        server = postgres_server.PostgresServer()
        try:
            url = server.create("slipway")
            line, = self.check(self.bench("append", "--n=100", "--concurrency=8", "--rounds=1", "--daemons=2", "--db", url),
                               "postgresql", ["append"])
            self.assertEqual(line["daemons"], 2)
            self.check(self.bench("all", "--n=20", "--concurrency=3", "--rounds=1", "--watch=0.05", "--db", url), "postgresql")
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

    def test_a_daemon_that_is_not_there(self):
        done = self.bench("api", "--n=1", "--rounds=1", code=1, slipwayd="/nowhere/slipwayd")
        self.assertIn("slipway-bench: /nowhere/slipwayd does not start", done.stderr)


class Report(unittest.TestCase):
    """What tools/bench makes of the lines."""

    def report(self, *runs):
        with tempfile.TemporaryDirectory() as place:
            files = []
            for number, run in enumerate(runs):
                files.append(os.path.join(place, f"{number}.json"))
                with open(files[-1], "w", encoding="utf-8") as file:
                    file.writelines(json.dumps(line) + "\n" for line in run)
            picture = os.path.join(place, "bench.svg")
            done = subprocess.run([sys.executable, REPORT, files[0], picture, *files[1:]], capture_output=True, text=True,
                                  check=True)
            with open(picture, encoding="utf-8") as file:
                return done.stdout.splitlines(), file.read()

    def test_a_first_run(self):
        lines, picture = self.report([{"bench": "append", "store": "sqlite", "n": 5, "concurrency": 1, "ratio": 0.5}])
        self.assertEqual(lines, ["append (sqlite)            0.50 of its limit"])
        self.assertIn('class="bar" x="190" y="40" width="200.0"', picture)
        self.assertNotIn('class="before"', picture)

    def test_a_run_after_another(self):
        now = {"bench": "append", "store": "sqlite", "n": 5, "concurrency": 1, "ratio": 0.75}
        lines, picture = self.report([now], [{**now, "ratio": 0.5}])
        self.assertEqual(lines, ["append (sqlite)            0.75 of its limit, 0.50 before (+50 %)"])
        self.assertIn('class="before" x1="390.0"', picture)

    def test_runs_of_two_sizes_are_not_compared(self):
        now = {"bench": "append", "store": "sqlite", "n": 5, "concurrency": 1, "ratio": 0.75}
        lines, _ = self.report([now], [{**now, "n": 6}])
        self.assertEqual(lines, ["append (sqlite)            0.75 of its limit; the run before had another size"])


if __name__ == "__main__":
    unittest.main()
