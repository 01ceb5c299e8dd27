"""Disks that become read-only, broken or full while contracts are on their way: slipwayd says so, acknowledges nothing that
is not stored, and goes on by itself when the disk is back. Nothing is lost or doubled."""
import errno
import os
import subprocess

from harness import PATIENCE, Case, eventually, run
from house import Daemon
from invariants import nothing_is_lost

RECIPE = "#!/bin/sh\necho run >>/root/runs\n"
SHIM = os.environ.get("SLIPWAY_FAILING_DISK", "")


class Disk(Case):
    def market(self, sim, directory=None, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        if directory:
            house.database = os.path.join(directory, "slipway.db")
        house.start(**self.preloaded(house))
        house.provider()
        house.offering(recipe=RECIPE)
        return house

    def preloaded(self, house):
        if not SHIM:
            return {}
        self.switch = house.directory + "-switch"
        self.addCleanup(lambda: os.path.exists(self.switch) and os.remove(self.switch))
        return {"LD_PRELOAD": SHIM, "FAILING_DISK": house.directory, "FAILING_DISK_SWITCH": self.switch}

    def contracts(self, house, names):
        keys = {}
        for name in names:
            keys[name], public = house.key_pair()
            house.contract(name, public)
        return keys

    def goes_on(self, house, sim, keys, refused):
        """All that was acknowledged becomes active, and nothing is there of what was not."""
        for name in keys:
            house.wait(name, "active", seconds=60)
        streams = nothing_is_lost(sim, house, keys)
        self.assertEqual(set(streams), set(keys))
        self.assertEqual(len(sim.servers()), len(keys))
        for name, key in refused.items():  # the same order again is no second one
            house.contract(name, key[1])
            house.wait(name, "active", seconds=60)
        nothing_is_lost(sim, house, keys | {name: key[0] for name, key in refused.items()})
        self.assertEqual(house.stop(), 0)

    def is_refused(self, house, name):
        key = house.key_pair()
        answer = house.api("POST", "/v1/contracts", {"id": name, "offering": "small", "ssh_pubkey": key[1]})
        self.assertEqual(answer.status, 503, answer)
        return key

    def test_writing_fails(self):
        """the disk is read-only, and broken, for a while, with files open: said, nothing acknowledged, goes on"""
        if not SHIM:
            self.skipTest("the stand-in for a failing disk cannot be loaded beside a sanitizer")
        for number in (errno.EROFS, errno.EIO):
            with self.subTest(errno.errorcode[number]):
                sim = self.sim("--create-ms", "300", "--boot-ms", "300")
                house = self.market(sim)
                keys = self.contracts(house, ("c-0", "c-1", "c-2"))
                eventually(lambda: "server_created" in [e["type"] for e in house.events()], what="a server")
                with open(self.switch, "w", encoding="ascii") as file:
                    file.write(str(number))
                eventually(lambda: "cannot be written" in house.log_lines(), what="the complaint")
                stored = len(house.events())
                refused = {"c-3": self.is_refused(house, "c-3")}
                self.assertEqual(house.api("POST", "/v1/contracts/c-0/cancel").status, 503)
                self.assertIn("the disk reports an error", house.log_lines())
                self.assertEqual(len(house.events()), stored)
                os.remove(self.switch)
                self.goes_on(house, sim, keys, refused)

    def test_full(self):
        """a disk that is really full while contracts are on their way: said, nothing acknowledged, goes on"""
        small = self.small_disk("2m")
        sim = self.sim("--create-ms", "300", "--boot-ms", "300")
        house = self.market(sim, small)
        keys = self.contracts(house, ("c-0", "c-1", "c-2"))
        eventually(lambda: "server_created" in [e["type"] for e in house.events()], what="a server")
        filler = self.fill(small)
        refused = {}

        # There may be room for a few records in what the log has taken already.
        def until_refused():
            key = house.key_pair()
            name = f"more-{len(keys) + len(refused)}"
            answer = house.api("POST", "/v1/contracts", {"id": name, "offering": "small", "ssh_pubkey": key[1]})
            if answer.status == 202:
                keys[name] = key[0]
                return False
            self.assertEqual(answer.status, 503, answer)
            refused[name] = key
            return True

        eventually(until_refused, 30, "the refusal")
        eventually(lambda: "the disk is full" in house.log_lines(), what="the complaint")
        os.remove(filler)
        self.goes_on(house, sim, keys, refused)

    def test_read_only_at_the_start(self):
        """killed, and the disk is read-only when it starts again: refused in one sentence, nothing is made; goes on later"""
        small = self.small_disk("8m")
        sim = self.sim("--create-ms", "300", "--boot-ms", "300")
        house = self.market(sim, small)
        keys = self.contracts(house, ("c-0", "c-1"))
        eventually(lambda: "server_created" in [e["type"] for e in house.events()], what="a server")
        house.kill()
        events = house.events()
        subprocess.run(["mount", "-o", "remount,ro", small], check=True)
        requests = len(sim.requests())
        os.truncate(house.stderr_path, 0)
        self.assertEqual(house.spawn().wait(20 * PATIENCE), 5)
        said = [line for line in house.log_lines().splitlines() if "Read-only file system" in line]
        self.assertEqual(len(said), 1, house.log_lines())
        home = self.home(sim)
        home.database = house.database
        done = home.slipway("server", "create", "web1")
        self.assertEqual((done.code, done.out), (5, ""), str(done))
        self.assertIn("Read-only file system", done.err)
        self.assertEqual([r for r in sim.requests()[requests:] if r["method"] != "GET"], [])
        self.assertEqual(house.events(), events)  # slipway-log reads it all the same
        subprocess.run(["mount", "-o", "remount,rw", small], check=True)
        house.start()
        self.goes_on(house, sim, keys, {})


if __name__ == "__main__":
    run()
