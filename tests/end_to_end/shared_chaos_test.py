"""Three slipwayd on one PostgreSQL while everything around them fails: one at a time is killed, stopped beyond its lease and
continued, or cut off from the server, and the server itself is restarted. In the end everybody has one server, once.

SLIPWAY_CHAOS_SECS and SLIPWAY_CHAOS_CONTRACTS make it longer and larger, SLIPWAY_CHAOS_SEED repeats its choices.
"""
import os
import random
import signal
import socket
import threading
import time

from harness import Case, eventually, run
from house import Daemon
from postgres_server import PostgresServer

LEASE = 5
SECONDS = float(os.environ.get("SLIPWAY_CHAOS_SECS", "15"))
CONTRACTS = int(os.environ.get("SLIPWAY_CHAOS_CONTRACTS", "30"))
SEED = int(os.environ.get("SLIPWAY_CHAOS_SEED", "1"))


class Cable:
    """A port that leads to another one, and holds everything back while it is cut."""

    def __init__(self, port):
        self.to = port
        self.open = threading.Event()
        self.open.set()
        self.closed = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.closed:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                continue
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(a, b), daemon=True).start()

    def carry(self, a, b):
        try:
            while data := a.recv(65536):
                self.open.wait()
                b.sendall(data)
        except OSError:
            pass
        for end in (a, b):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.closed = True
        self.open.set()
        self.listener.close()


class Chaos(Case):
    def test_chaos(self):
        """whatever dies, every contract gets one server and one recipe run"""
        choose = random.Random(SEED)
        server = PostgresServer()
        self.addCleanup(server.close)
        server.create("chaos")
        sim = self.sim("--rate-limit", "10000000", "--boot-ms", "1500")
        cables, houses = [], []
        for _ in range(3):
            cables.append(Cable(server.port))
            self.addCleanup(cables[-1].close)
            houses.append(Daemon(sim, SLIPWAY_DATABASE_URL=server.url("chaos", port=cables[-1].port),
                                 SLIPWAY_LEASE_SECS=LEASE))
            self.addCleanup(houses[-1].close)
        houses[0].start()
        houses[0].provider()
        houses[0].offering(recipe="#!/bin/sh\necho run >> recipe-runs\n")
        for house in houses[1:]:
            house.start()
        _, key = houses[0].key_pair()
        names = [f"c-{i}" for i in range(CONTRACTS)]
        waiting, end = list(names), time.monotonic() + SECONDS
        done = {"kill": 0, "stop": 0, "cut": 0, "restart": 0}
        kinds = [kind for kind in done for _ in range(2 if kind != "restart" else 1)]
        while time.monotonic() < end or waiting:
            for name in waiting[:max(1, CONTRACTS // 8)]:
                self.give(houses, choose, name, key)
                waiting.remove(name)
            kind, at = choose.choice(kinds), choose.randrange(3)
            done[kind] += 1
            if kind == "kill":
                houses[at].kill()
                houses[at].start()
            elif kind == "stop":
                houses[at].process.send_signal(signal.SIGSTOP)
                self.let(LEASE + 1.5)
                houses[at].process.send_signal(signal.SIGCONT)
            elif kind == "cut":
                cables[at].open.clear()
                self.let(LEASE + 1.5)
                cables[at].open.set()
            else:
                server.stop(choose.choice((signal.SIGINT, signal.SIGQUIT)))
                server.start()
        for name in names:
            eventually(lambda name=name: self.state(houses[0], name) == "active", 120, f"{name} active")
        fenced = sum(house.log_lines().count("was taken over by another process") for house in houses)
        print(f"# {done}, {fenced} appends refused by the fence, seed {SEED}", flush=True)
        self.assertEqual(len(sim.servers()), CONTRACTS)
        self.assertEqual(len({s["name"] for s in sim.servers()}), CONTRACTS)
        runs = [e for e in houses[0].events() if e["type"] == "recipe_run"]
        self.assertEqual(len(runs), CONTRACTS)
        self.assertTrue(all(e["data"]["ran"] and e["data"]["exit_code"] == 0 for e in runs))
        verified = houses[0].slipway_log("verify")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def let(self, seconds):
        """The fault is that something lasts."""
        end = time.monotonic() + seconds
        eventually(lambda: time.monotonic() > end, seconds + 5, "the end of the fault")

    def state(self, house, name):
        answer = house.api("GET", f"/v1/contracts/{name}")
        return answer.json["state"] if answer.status == 200 else None

    def give(self, houses, choose, name, key):
        """As a careful caller does: to anybody, until somebody has taken it."""
        def taken():
            house = choose.choice(houses)
            try:
                answer = house.api("POST", "/v1/contracts", {"id": name, "offering": "small", "ssh_pubkey": key}, timeout=10)
            except OSError:
                return False
            assert answer.status in (200, 202) or answer.status >= 500, str(answer)
            return answer.status in (200, 202)
        eventually(taken, 60, f"{name} taken")


if __name__ == "__main__":
    run()
