"""The restore drill: the log as it was at every event of three contracts, put back later, beside VMs that hold data."""
import concurrent.futures
import http.client
import json
import os
import sqlite3

from harness import Case, eventually, run
from house import Daemon

CONTRACTS = ("c-1", "c-2", "c-3")
BESIDE_THE_EVENTS = ("providers", "recipients", "offerings", "secrets")


def server_of(contract):
    return int((contract["external_id"] or "hetzner:0").split(":")[1])


class Restore(Case):
    @staticmethod
    def lives(house):
        try:
            return house.api("GET", "/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False  # not yet

    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def active_contracts(self, sim):
        """A house with three active contracts, whose VMs hold data; the keys to them."""
        # A recipe of which the log knows only that it was begun is waited for three times as long as it may take.
        house = self.house(sim, SLIPWAY_SSH_TIMEOUT_SECS="5", SLIPWAY_RECIPE_TIMEOUT_SECS="2").start()
        house.provider()
        house.offering(recipe="#!/bin/sh\necho data >/root/data\n")
        keys = {name: house.key_pair() for name in CONTRACTS}
        for name, (_, public_key) in keys.items():
            house.contract(name, public_key)
        for name in CONTRACTS:
            house.wait(name, "active")
        return house, keys

    def earlier(self, sim, backup, lines, count):
        """A house with the log as it was after its first `count` events."""
        older = self.house(sim)
        export = os.path.join(older.directory, "log.jsonl")
        with open(export, "w", encoding="utf-8") as file:
            file.writelines([json.dumps({**json.loads(lines[0]), "events": count}) + "\n", *lines[1:count + 1]])
        with open(export, encoding="utf-8") as file:
            done = older.slipway_log_from(file, "import")
        self.assertEqual(done.returncode, 0, done.stderr)
        database = sqlite3.connect(older.database)
        database.execute("ATTACH ? AS backup", (backup,))
        with database:
            for table in BESIDE_THE_EVENTS:
                database.execute(f"INSERT INTO {table} SELECT * FROM backup.{table}")
        database.close()
        return older

    def test_every_event(self):
        """nothing is deleted, nothing made twice, the log's age is noticed, and audit --adopt brings the rest back"""
        sim = self.sim()
        house, keys = self.active_contracts(sim)
        servers = {name: server_of(house.show(name)) for name in CONTRACTS}
        contracts = {name: house.show(name) for name in CONTRACTS}
        backup = os.path.join(house.directory, "backup.db")
        self.assertEqual(house.slipway_log("backup", backup).returncode, 0)
        lines = house.slipway_log("export").stdout.splitlines(keepends=True)
        events = len(lines) - 1
        self.assertGreater(events, 30)
        house.stop()
        before = len(sim.requests())

        def one(count):
            older = self.earlier(sim, backup, lines, count)
            older.spawn()
            eventually(lambda: self.lives(older), 40, "its start")

            def listed():
                return older.must(200, "GET", "/v1/contracts")["contracts"]

            def settled():
                """Each contract is active or held, or waits because the log is seen to be older. (Asks nothing of Hetzner.)"""
                is_older = older.api("GET", "/readyz").status == 503
                waiting = ("accepted", "key_created") if is_older else ()
                rests = all(c["state"] in ("active", *waiting) or "held" in c for c in listed())
                return rests and (is_older or len(listed()) == len(CONTRACTS))
            eventually(settled, 200, f"what becomes of event {count}")
            report = older.must(200, "POST", "/v1/audit")
            further = {f["id"] for f in report["findings"] if f["what"] == "ahead"}
            known = further | {servers[c["id"]] for c in listed() if c["state"] in ("active", "key_created")}
            self.assertEqual(known, set(servers.values()), count)
            ready = older.api("GET", "/readyz")
            held = {c["id"] for c in listed() if "held" in c}
            unheard = further - {servers[name] for name in held}
            self.assertEqual(ready.status, 503 if unheard else 200, f"{count}: {ready}")
            for name in CONTRACTS:
                body = {"id": name, "offering": "small", "ssh_pubkey": keys[name][1]}
                again = older.api("POST", "/v1/contracts", body, Idempotency_Key="order-" + name)
                self.assertIn(again.status, (409,) if unheard else (202, 409), f"{count}: {again}")
                if unheard:
                    self.assertIn("older", again.json["detail"])

            def known_again():
                return len(listed()) == len(CONTRACTS) and all(c["state"] == "active" or "held" in c for c in listed())
            # One that waited for the project goes on then, and is held; it is taken in by the next.
            older.must(200, "POST", "/v1/audit?adopt=true")
            eventually(known_again, 150, f"that all is known after event {count}")
            self.assertEqual(older.must(200, "POST", "/v1/audit?adopt=true")["findings"], [], count)
            for name in CONTRACTS:
                self.assertEqual(server_of(older.show(name)), servers[name], count)
                self.assertEqual(older.show(name)["state"], "active", count)
            self.assertEqual(older.api("GET", "/readyz").status, 200)
            self.assertEqual(older.slipway_log("verify").returncode, 0)
            older.close()
            return bool(further)

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            noticed = list(pool.map(one, range(1, events + 1)))
        self.assertTrue(all(noticed[:12]), noticed)
        self.assertFalse(noticed[-1])
        changing = [r for r in sim.requests()[before:] if r["method"] in ("POST", "DELETE") and r["status"] < 300]
        self.assertEqual(changing, [], "nothing is made, nothing is deleted")
        for name, (path, _) in keys.items():
            self.assertEqual(house.ssh(contracts[name], path, "cat /root/data").stdout, "data\n")

    def test_copy_beside(self):
        """a copy of the log, taken while three contracts were on their way, runs beside it: the copy deletes nothing"""
        sim = self.sim("--boot-ms", "1500")
        house = self.house(sim).start()
        house.provider()
        house.offering(recipe="#!/bin/sh\necho data >>/root/data\nsleep 1\n")
        for name in CONTRACTS:
            house.contract(name)
        eventually(lambda: len(sim.servers()) == 3, 20, "the servers")
        copy = self.house(sim)
        self.assertEqual(house.slipway_log("backup", copy.database).returncode, 0)
        copy.spawn()
        eventually(lambda: self.lives(copy), 40, "the copy")

        def met():
            """The copy has met each VM, and one at least is its buyer's. (Two at work on one VM may go on asking for long.)"""
            seen = [c for one in (house, copy) for c in one.must(200, "GET", "/v1/contracts")["contracts"]]
            reached = {e["stream"] for e in copy.events() if e["type"] in ("ssh_ready", "held")}
            return len(reached) == 3 and any(c["state"] == "active" for c in seen)
        eventually(met, 120, "that the copy has met all VMs")
        types = [e["type"] for e in copy.events()]
        self.assertNotIn("server_deleted", types)

    def test_feed(self):
        """a reader's position that is beyond the end of the log is refused, and says what to do"""
        house = self.house(self.sim(ssh=False)).start()
        house.provider()
        answer = house.api("GET", "/v1/events?after=1000")
        self.assertEqual(answer.status, 410, answer)
        self.assertIn("after=0", answer.json["detail"])
        live = house.api("GET", "/v1/events?after=0", Accept="text/event-stream", Last_Event_ID="77")
        self.assertEqual(live.status, 410, live)


if __name__ == "__main__":
    run()
