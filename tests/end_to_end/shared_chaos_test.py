"""Three slipwayd on one PostgreSQL while everything around them fails: one at a time is killed, stopped beyond its lease and
continued, or cut off from the server, and the server itself is restarted twice and fails over once to a synchronous standby.
In the end everybody has one server, once.

A daemon that is cut off or stopped has an append under way when it happens: that arrives when another daemon has taken the
stream over. The fence must refuse it, in every run, and it is counted how often it did.

SLIPWAY_CHAOS_SECS and SLIPWAY_CHAOS_CONTRACTS make it longer and larger, SLIPWAY_CHAOS_SEED repeats its choices.
"""
import os
import random
import signal
import time

from harness import Case, eventually, run
from house import Daemon
from cable import Cable
from postgres_server import PostgresServer

LEASE = 5
# Until another daemon has looked for what nobody holds, a third of a lease after its end; and less than the 10 s after which a
# daemon gives up on a server that does not answer.
BEYOND = LEASE * 4 / 3 + 1.5
SECONDS = float(os.environ.get("SLIPWAY_CHAOS_SECS", "15"))
CONTRACTS = int(os.environ.get("SLIPWAY_CHAOS_CONTRACTS", "30"))
SEED = int(os.environ.get("SLIPWAY_CHAOS_SEED", "1"))
AT_ONCE = 1 + int(CONTRACTS * 3 / SECONDS)  # so many are given before a fault and during it
AN_APPEND = b"INSERT INTO events"


class House(Daemon):
    """A daemon with cables of its own to both servers."""

    def __init__(self, sim, servers):
        self.cables = [Cable(server.port) for server in servers]
        hosts = ",".join(f"127.0.0.1:{cable.port}" for cable in self.cables)
        super().__init__(sim, SLIPWAY_LEASE_SECS=LEASE,
                         SLIPWAY_DATABASE_URL=f"postgresql://slipway@{hosts}/chaos?target_session_attrs=read-write")

    def cut(self):
        """Returns when what it stores next is on its way and does not arrive, or it has lost its leases before."""
        end = time.monotonic() + LEASE
        for cable in self.cables:
            cable.cut()
        eventually(lambda: any(cable.holds(AN_APPEND) for cable in self.cables) or time.monotonic() > end, LEASE + 5)

    def mend(self):
        for cable in self.cables:
            cable.mend()

    def close(self):
        super().close()
        for cable in self.cables:
            cable.unplug()

    def refused(self):
        return self.log_lines().count("an append came too late and was refused")


class Chaos(Case):
    def setUp(self):
        self.choose = random.Random(SEED)
        self.server = PostgresServer()
        self.addCleanup(self.server.close)
        self.server.create("chaos")
        self.standby = self.server.follow()
        self.addCleanup(self.standby.close)
        self.cloud = self.sim("--rate-limit", "10000000", "--boot-ms", "1000")
        self.houses = [House(self.cloud, (self.server, self.standby)) for _ in range(3)]
        for house in self.houses:
            self.addCleanup(house.close)

    def test_chaos(self):
        """whatever dies, every contract gets one server and one recipe run, and what comes too late is refused"""
        first = self.houses[0].start()
        first.provider()
        first.offering(recipe="#!/bin/sh\necho run >> recipe-runs\n")
        for house in self.houses[1:]:
            house.start()
        names = [f"c-{i}" for i in range(CONTRACTS)]
        self.waiting = list(names)
        done = self.let_it_rain()
        for name in names:
            eventually(lambda name=name: self.state(name) == "active", 120, f"{name} active")
        refused = sum(house.refused() for house in self.houses)
        print(f"# {CONTRACTS} contracts, {done}, {refused} appends refused by the fence, seed {SEED}", flush=True)
        self.assert_everything_once()
        self.assertGreater(refused, 0)

    def let_it_rain(self):
        """What was done how often."""
        began = time.monotonic()
        of_server = [(SECONDS * part, what) for part, what in ((0.2, "restart"), (0.5, "failover"), (0.8, "restart"))]
        of_daemon = ["cut", "stop", "kill"]
        self.choose.shuffle(of_daemon)
        done = {}
        while of_server or of_daemon or self.waiting or time.monotonic() < began + SECONDS:
            if of_server and time.monotonic() >= began + of_server[0][0]:
                what = of_server.pop(0)[1]
                self.give(1, self.houses)
                getattr(self, what)()
            elif of_daemon or self.waiting or time.monotonic() < began + SECONDS:
                what = of_daemon.pop() if of_daemon else self.choose.choice(("cut", "stop", "kill"))
                house = self.choose.choice(self.houses)
                names = self.give(AT_ONCE, [house])
                if names:  # the next that is stored of it is that SSH answers
                    eventually(lambda: self.state(names[-1], house) not in (None, "accepted", "key_created"), 60,
                               f"{names[-1]}'s server")
                getattr(self, what)(house)
            done[what] = done.get(what, 0) + 1
        return done

    # ---- what happens to a daemon

    def kill(self, house):
        house.kill()
        house.start()

    def cut(self, house):
        end = time.monotonic() + BEYOND
        house.cut()
        self.go_on_without(house, end)
        house.mend()

    def stop(self, house):
        """With an append on its way, that the server gets before the daemon goes on."""
        end = time.monotonic() + BEYOND
        house.cut()
        house.process.send_signal(signal.SIGSTOP)
        self.go_on_without(house, end)
        house.mend()
        house.process.send_signal(signal.SIGCONT)

    # ---- what happens to the server

    def restart(self):
        self.server.stop(self.choose.choice((signal.SIGINT, signal.SIGQUIT)))
        self.server.start()

    def failover(self):
        """As a program that watches over both does it: to a standby that has everything."""
        eventually(self.server.is_followed, 20, "a standby that follows")
        self.server.stop(signal.SIGQUIT)
        for house in self.houses:
            house.cables[0].unplug()
        self.standby.promote()
        self.server, self.standby = self.standby, self.server

    # ---- the callers

    def go_on_without(self, house, end):
        self.give(AT_ONCE, [other for other in self.houses if other is not house])
        eventually(lambda: time.monotonic() > end, BEYOND + 5, "the end of the fault")  # which is that it lasts

    def give(self, count, houses):
        """As a careful caller does: to anybody, until somebody has taken it."""
        def taken(name, key):
            house = self.choose.choice(houses)
            try:
                answer = house.api("POST", "/v1/contracts", {"id": name, "offering": "small", "ssh_pubkey": key}, timeout=10)
            except OSError:
                return False
            assert answer.status in (200, 202) or answer.status >= 500, str(answer)
            return answer.status in (200, 202)
        names, self.waiting = self.waiting[:count], self.waiting[count:]
        for name in names:
            key = self.houses[0].key_pair()[1]
            eventually(lambda name=name, key=key: taken(name, key), 60, f"{name} taken")
        return names

    def state(self, name, house=None):
        answer = (house or self.houses[0]).api("GET", f"/v1/contracts/{name}")
        return answer.json["state"] if answer.status == 200 else None

    def assert_everything_once(self):
        servers = []
        for page in range(1, CONTRACTS // 50 + 2):
            servers += self.cloud.call("GET", f"/v1/servers?per_page=50&page={page}")["servers"]
        self.assertEqual(len(servers), CONTRACTS)
        self.assertEqual(len({s["name"] for s in servers}), CONTRACTS)
        runs = [e for e in self.houses[0].events() if e["type"] == "recipe_run"]
        self.assertEqual(len(runs), CONTRACTS)
        self.assertTrue(all(e["data"]["ran"] and e["data"]["exit_code"] == 0 for e in runs))
        for verb in ("verify", "check"):
            done = self.houses[0].slipway_log(verb)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    run()
