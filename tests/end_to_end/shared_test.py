"""Several slipwayd on one PostgreSQL: who takes over what, how soon, and what is said where the server is not right."""
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from harness import PATIENCE, SLIPWAY_LOG, eventually, run
from house import SLIPWAYD, Daemon, Telegram
from postgres_case import PostgresCase

LEASE = 5
RECIPE = "#!/bin/sh\necho run >> recipe-runs\n"
# When others had all that is to be worked on, as the server saw it: a client started to ask may take longer than what it
# looks for.
TAKEN_FROM = """DO $$ BEGIN FOR i IN 1..3000 LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM streams WHERE to_work_on AND (lease_holder = '{}' OR lease_until <= clock_timestamp()));
    PERFORM pg_sleep(0.01);
END LOOP; END $$; SELECT extract(epoch FROM clock_timestamp())"""


class Shared(PostgresCase):
    def sim(self, *options, **more):
        # Wide enough that nobody waits for it.
        return super().sim("--rate-limit", "1000000", *options, **more)

    def daemon(self, sim, url, **settings):
        house = Daemon(sim, **{"SLIPWAY_DATABASE_URL": url, "SLIPWAY_LEASE_SECS": LEASE, **settings})
        self.addCleanup(house.close)
        return house

    def two(self, *options, **settings):
        sim, url = self.sim(*options), self.database()
        one, two = self.daemon(sim, url, **settings), self.daemon(sim, url, **settings)
        one.start()
        one.provider()
        one.offering(recipe=RECIPE)
        return sim, one, two

    def holders(self):
        return set(self.sql("SELECT DISTINCT lease_holder FROM streams WHERE lease_until > now()").splitlines())

    def assert_one_of_each(self, sim, house, names):
        self.assertEqual(len(sim.servers()), len(names))
        runs = [e for e in house.events() if e["type"] == "recipe_run"]
        self.assertEqual(len(runs), len(names))
        self.assert_verifies(house)

    def is_taken_over(self, lease, end, within):
        """Another daemon has all contracts of one that ends, and goes on with them."""
        sim, one, two = self.two("--boot-ms", "20000", SLIPWAY_LEASE_SECS=lease)  # none is active before it is taken over
        names = [f"c-{i}" for i in range(20)]
        for name in names:
            one.contract(name)
        holder = eventually(self.holders, 20, "a lease").pop()
        two.start()
        eventually(lambda: len(sim.servers()) == len(names), 20, "the servers")
        with ThreadPoolExecutor(1) as pool:
            taken = pool.submit(self.sql, TAKEN_FROM.format(holder))
            eventually(lambda: self.sql("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO%'"), 20, "the watch")
            ended = time.time()
            end(one)
            took = float(taken.result()) - ended
        print(f"# taken over after {took:.2f} s, with leases of {lease} s")
        self.assertGreater(took, 0)  # not before somebody had to
        self.assertLess(took, within)
        for name in names:
            two.wait(name, "active", seconds=60)
        self.assert_one_of_each(sim, two, names)

    def test_killed(self):
        """kill -9: another daemon goes on with every contract, once the leases have run out and not much later"""
        self.is_taken_over(LEASE, lambda one: one.kill(), LEASE + 2 * PATIENCE)

    def test_told_to_stop(self):
        """SIGTERM: another daemon has all of it at once, and not when the leases would have run out"""
        self.is_taken_over(30, lambda one: self.assertEqual(one.stop(), 0), 10)

    def test_overdue(self):
        """what takes longer than usual is told once, whoever of them works on it, and shown by each"""
        telegram = Telegram()
        self.addCleanup(telegram.close)
        sim, one, two = self.two("--fault", "rate_limited=always@POST /servers", SLIPWAY_OVERDUE_AFTER_SECS=4,
                                 TELEGRAM_API_BASE=telegram.url, TELEGRAM_BOT_TOKEN="1:bot-secret")
        two.start()
        one.provider(telegram_chat="4711")
        one.contract("c-1")
        for house in (one, two):
            eventually(lambda house=house: house.must(200, "GET", "/v1/overview")["overdue_count"] == 1, 30, "an alert")
        eventually(telegram.texts, 10, "a message")
        one.kill()  # also of the one that told: another does from now on
        sim.clear_faults()
        two.wait("c-1", "active", seconds=90)
        eventually(lambda: len(telegram.texts()) == 2, 40, "a message that it goes on")
        self.assertIn("is overdue", telegram.texts()[0])
        self.assertIn("is on its way again", telegram.texts()[1])
        self.assertEqual(two.must(200, "GET", "/v1/overview")["overdue"], [])

    def test_command_elsewhere(self):
        """a command that one daemon is given for another's contract takes effect there at once, and is seen at once"""
        sim, one, two = self.two("--boot-ms", "20000", SLIPWAY_LEASE_SECS="60")
        one.contract("c-1")
        eventually(sim.servers, 20, "the server")
        two.start()
        self.assertEqual(len(self.holders()), 1)
        sent = time.monotonic()
        two.end("c-1")
        two.wait("c-1", "terminated", seconds=15)
        self.assertLess(time.monotonic() - sent, 3 * PATIENCE)
        self.assertEqual(sim.servers(), [])
        self.assertEqual(self.sql("SELECT lease_epoch FROM streams"), "1")  # the first one did it

    def test_same_at_once(self):
        """one contract given to two daemons at once is one contract, with one server"""
        sim, one, two = self.two()
        two.start()
        _, key = one.key_pair()
        body = {"id": "same", "offering": "small", "ssh_pubkey": key}
        answers = [house.api("POST", "/v1/contracts", body) for _ in range(5) for house in (one, two)]
        for answer in answers:
            self.assertIn(answer.status, (200, 202), str(answer))
        self.assertEqual(len({a.json["stream"] for a in answers}), 1)
        two.wait("same", "active")
        self.assert_one_of_each(sim, one, ["same"])

    def test_not_provisioning(self):
        """a daemon that does not provision leaves contracts to those who do, and takes none only to give it back"""
        sim, one, two = self.two("--boot-ms", "3000", HETZNER_POLL_INTERVAL_SECS="1")
        one.contract("c-1")
        eventually(sim.servers, 20, "the server")
        one.kill()
        two.start(HETZNER_PROVISIONING_ENABLED="false")
        # Its sweep comes by every second: what it must not do it would have done by then.
        eventually(lambda: self.sql("SELECT lease_until < now() - interval '3 seconds' FROM streams") == "t", 20, "the end")
        self.assertEqual(self.sql("SELECT lease_epoch FROM streams"), "1")
        one.start()
        one.wait("c-1", "active")

    def test_server_restarted(self):
        """PostgreSQL is restarted and killed under work: the daemon says that it is not ready, and goes on by itself"""
        sim, one, two = self.two()
        names = [f"c-{i}" for i in range(30)]
        for name in names[:15]:
            one.contract(name)
        self.addCleanup(lambda: self.server.process.poll() is not None and self.server.start())
        self.server.stop(signal.SIGQUIT)
        eventually(lambda: one.api("GET", "/readyz").status == 503, 20, "the daemon's saying so")
        self.server.start()
        eventually(lambda: one.api("GET", "/readyz").status == 200, 30, "readiness")
        for name in names[15:]:
            one.contract(name)
        self.server.stop(signal.SIGINT)
        self.server.start()
        for name in names:
            eventually(lambda name=name: one.api("GET", f"/v1/contracts/{name}").status == 200, 20, "an answer")
            one.wait(name, "active", seconds=90)
        self.assert_one_of_each(sim, one, names)

    def test_moved(self):
        """a log is moved from SQLite to PostgreSQL and back, and is the same"""
        sim = self.sim()
        house = Daemon(sim)
        self.addCleanup(house.close)
        house.start()
        house.provider()
        house.offering(recipe=RECIPE)
        for i in range(3):
            house.contract(f"c-{i}")
        for i in range(3):
            house.wait(f"c-{i}", "active")
        house.end("c-0")
        house.wait("c-0", "terminated")
        self.assertEqual(house.stop(), 0)
        url = self.database()

        def log(where, *arguments, **more):
            env = {**house.environment(), "SLIPWAY_DATABASE_URL": where}
            done = subprocess.run([SLIPWAY_LOG, *arguments], env=env, capture_output=True, timeout=60, **more)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            return done.stdout

        first = log("sqlite:" + house.database, "export")
        log(url, "import", "-", input=first)
        log(url, "verify")
        second = log(url, "export")
        log("sqlite:" + house.database + ".back", "import", "-", input=second)
        third = log("sqlite:" + house.database + ".back", "export")
        self.assertEqual(first, second)
        self.assertEqual(first, third)

    # ---- what is not right

    def refused(self, url, code, *sentences, **more):
        house = self.daemon(None, url)
        started = time.monotonic()
        done = subprocess.run([SLIPWAYD], env=house.environment(**more), cwd=house.directory, capture_output=True, text=True,
                              timeout=60 * PATIENCE)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        for sentence in sentences:
            self.assertIn(sentence, said)
        self.assertNotIn("s3cret", said)
        return time.monotonic() - started

    def test_wrong_server(self):
        """another database, user, password or port, and a server that does not answer: one sentence, and no secret in it"""
        url = self.database()
        self.refused(url.replace(self.name, "nowhere"), 78, "does not let this user in", "nowhere")
        self.refused(url.replace("slipway@", "stranger:s3cret@"), 78, "does not let this user in", "stranger")
        self.refused("postgresql://slipway:s3cret@127.0.0.1:1/x", 5, "does not answer", "Check that the server runs")
        self.server.freeze()
        try:
            took = self.refused(url, 5, "does not answer")
        finally:
            self.server.thaw()
        self.assertLess(took, 20 * PATIENCE)

    def test_wrong_password(self):
        """a password that is not the role's"""
        url = self.database()
        self.sql("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        self.server.let_in("host all guarded 127.0.0.1/32 scram-sha-256")
        self.addCleanup(self.server.let_in)
        # pg_hba_file_rules is what the file says; whether it is heeded by now a login tells.
        eventually(lambda: self.server.lets_in("guarded", "right") and not self.server.lets_in("guarded", "s3cret"))
        self.refused(url.replace("slipway@", "guarded:s3cret@"), 78, "password authentication failed")

    def test_missing_privilege(self):
        """a role that may not do what it must, and one that may read and needs no more to look"""
        url = self.database()
        self.daemon(self.sim(ssh=False), url).start().stop()
        self.sql("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA public TO reader;"
                 "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        reader = url.replace("slipway@", "reader@")
        self.refused(reader, 78, "permission denied", "Give this user what it needs there")
        done = subprocess.run([SLIPWAY_LOG, "verify"], env={**os.environ, "SLIPWAY_DATABASE_URL": reader},
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_from_the_future(self):
        """tables of a newer slipway, and another program's, are left as they are"""
        url = self.database()
        self.sql("CREATE TABLE events (id integer)")
        self.refused(url, 78, "holds tables of another program")
        url = self.database()
        self.daemon(self.sim(ssh=False), url).start().stop()
        self.sql("INSERT INTO schema_migrations VALUES (99, 'later', 0)")
        self.refused(url, 78, "was written by a newer slipway (schema version 99")

    def test_settings(self):
        """a lease that is too short or too long, and no key to seal the shared secret with"""
        url = self.database()
        for bad in ("4", "601", "x"):
            self.refused(url, 78, "SLIPWAY_LEASE_SECS", SLIPWAY_LEASE_SECS=bad)
        self.refused(url, 78, "set CREDENTIAL_ENCRYPTION_KEY", CREDENTIAL_ENCRYPTION_KEY="",
                     HETZNER_PROVISIONING_ENABLED="false")


if __name__ == "__main__":
    run()
