"""slipwayd is killed again and again while contracts are provisioned and ended: nothing is lost, nothing is made twice."""
import os
import random
import sqlite3
import time

from harness import Case, eventually, run
from house import Daemon

CONTRACTS = 25


class Crash(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def kill_until(self, house, done, seed, most):
        """Kills every few hundred milliseconds, at most so often, and starts again, until `done` says so; how often."""
        dice = random.Random(seed)
        for kills in range(most):
            house.start()
            moment = time.monotonic() + dice.uniform(0.2, 0.6)
            eventually(lambda: time.monotonic() > moment or done(), what="the moment to kill")
            if done():
                return kills
            house.kill()
        house.start()
        eventually(done, 120, f"the end after {most} kills (seed {seed})")
        return most

    def test_beside_another_program(self):
        """another program looks into the database and closes it; what the daemon writes after that survives a kill -9"""
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        house.provider()
        for _ in range(2):
            other = sqlite3.connect(house.database)
            other.execute("SELECT count(*) FROM events").fetchall()
            other.close()
        self.assertTrue(os.path.exists(house.database + "-wal"), "the daemon's WAL was removed under it")
        house.offering()
        house.contract("c-1")
        house.kill()
        house.start()
        self.assertEqual(house.show("c-1")["id"], "c-1")

    def test_kill_9(self):
        """kill -9 every few hundred milliseconds: all active in the end, one server, one key and one recipe run each"""
        seed = int(os.environ.get("SLIPWAY_TEST_SEED", time.time_ns() % 1_000_000))
        print(f"# seed {seed} (SLIPWAY_TEST_SEED repeats it)")
        sim = self.sim("--create-ms", "300", "--boot-ms", "400")
        house = self.house(sim)
        house.start()
        house.provider()
        house.offering(recipe="#!/bin/sh\necho run >>/root/runs\nsleep 0.5\n")
        keys = {f"c-{number}": house.key_pair() for number in range(CONTRACTS)}
        for name, (_, public_key) in keys.items():
            house.contract(name, public_key)
        house.kill()

        def all_in(state):
            contracts = house.must(200, "GET", "/v1/contracts")["contracts"]
            bad = [c for c in contracts if c["state"] in ("failed", "termination_failed")]
            self.assertEqual(bad, [], f"seed {seed}")
            return len(contracts) == CONTRACTS and all(c["state"] == state for c in contracts)

        kills = self.kill_until(house, lambda: all_in("active"), seed, 100)
        self.assertGreater(kills, 2, "too quick to be killed")
        servers = sim.servers()
        self.assertEqual((len(servers), len(sim.keys())), (CONTRACTS, CONTRACTS), f"seed {seed}")
        contracts = house.must(200, "GET", "/v1/contracts")["contracts"]
        self.assertEqual({s["id"] for s in servers}, {int(c["external_id"].split(":")[1]) for c in contracts})
        for contract in contracts:
            runs = house.ssh(contract, keys[contract["id"]][0], "cat /root/runs")
            self.assertEqual(runs.stdout, "run\n", f"seed {seed}: {runs.stderr}")
        print(f"# {kills} kills while provisioning")

        for contract in contracts:
            house.end(contract["id"])
        house.kill()
        # A server whose creation a kill cut short is only believed gone when it could come no more: that takes
        # SLIPWAY_LATE_GRACE_SECS of a process's life, longer than these live. Hence the last one may stay.
        kills = self.kill_until(house, lambda: all_in("terminated"), seed + 1, 10)
        self.assertEqual((sim.servers(), sim.keys()), ([], []), f"seed {seed}")
        print(f"# {kills} kills while ending")
        self.assertEqual(house.stop(), 0)
        done = house.slipway_log("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_acknowledged_is_durable(self):
        """killed right after the answer to a command: the command is not lost"""
        sim = self.sim(ssh=False)
        house = self.house(sim)
        house.start()
        house.provider()
        house.offering()
        for number in range(10):
            house.contract(f"c-{number}")
            house.kill()
            house.start()
            self.assertIn(house.show(f"c-{number}")["state"], ("accepted", "key_created", "server_created"))


if __name__ == "__main__":
    run()
