"""Programs that stand still (SIGSTOP), as under a debugger, in a frozen container or on a machine that is out of memory:
longer than their timeouts, until they are killed, or while another one wants to take over. Nothing is lost or doubled."""
import hashlib
import os
import signal
import time

from harness import PATIENCE, Case, eventually, run
from house import Daemon
from invariants import Lost, nothing_is_lost

RECIPE = "#!/bin/sh\necho run >>/root/runs\nfor i in 1 2 3 4; do echo step $i; sleep 0.2; done\n"
SSH_TIMEOUT = 2  # seconds; what stands still does so for longer
LONGER = SSH_TIMEOUT + 1
SHORT = {"SLIPWAY_SSH_TIMEOUT_SECS": SSH_TIMEOUT, "SLIPWAY_RECIPE_TIMEOUT_SECS": SSH_TIMEOUT, "SLIPWAY_LATE_GRACE_SECS": 1}


def state_of(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def stand_still(process):
    process.send_signal(signal.SIGSTOP)
    eventually(lambda: state_of(process) == "T", what="standing still")


def stand_still_for(process, seconds):
    """For so long by the clock: the time is what is tested."""
    stand_still(process)
    moment = time.monotonic() + seconds
    eventually(lambda: time.monotonic() > moment, seconds + 5, "the time")
    process.send_signal(signal.SIGCONT)


def contents(directory):
    """All files and what is in them. Of SQLite's shared memory only that it is there: who only reads leaves a mark in it."""
    found = {}
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if os.path.isfile(path) and not name.endswith("-shm"):
            with open(path, "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        else:
            found[name] = os.lstat(path).st_ino
    return found


class Stopped(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def market(self, sim, count, **settings):
        """A running daemon that has accepted so many contracts, and their keys by their names."""
        house = self.house(sim, **settings).start()
        house.provider()
        house.offering(recipe=RECIPE)
        keys = {}
        for number in range(count):
            keys[f"c-{number}"], public = house.key_pair()
            house.contract(f"c-{number}", public)
        return house, keys

    def all_active(self, house, keys):
        for name in keys:
            house.wait(name, "active", seconds=60)

    def command_line(self, when, fault=None, may_give_up=False):
        sim = self.sim("--boot-ms", "600")
        home = self.home(sim, **SHORT)
        recipe = home.write("recipe.sh", RECIPE)
        if fault:
            sim.fault(*fault)
        process = home.start("server", "create", "web1", "--recipe", recipe)
        eventually(lambda: when in [e["data"].get("step") or e["type"] for e in home.events()], what=when)
        stand_still_for(process, LONGER)
        out, err = process.communicate(timeout=60 * PATIENCE)
        streams = nothing_is_lost(sim, home, {"web1": home.key})
        if may_give_up and process.returncode == 1:
            self.assertEqual((streams["web1"]["state"], sim.servers(), sim.keys()), ("failed", [], []))
            return
        self.assertEqual(process.returncode, 0, f"{when}: {out}{err}\n{home.log_text()}")
        self.assertEqual({name: head["state"] for name, head in streams.items()}, {"web1": "active"})
        self.assertEqual((len(sim.servers()), len(sim.keys())), (1, 1))
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        nothing_is_lost(sim, home)
        self.assertEqual((sim.servers(), sim.keys()), ([], []))

    def test_request_in_the_air(self):
        """slipway stands still while Hetzner makes the server, longer than its timeouts: one server, active"""
        self.command_line("create_server", ("delay", "500ms:once@POST /servers"))

    def test_boot(self):
        """slipway stands still while the VM boots, longer than the time for that: active, or taken back as a whole"""
        # The time in which SSH has to answer runs on while nobody looks.
        self.command_line("reach_ssh", may_give_up=True)

    def test_recipe(self):
        """slipway stands still while the recipe runs, longer than its timeouts: it ran once, active"""
        self.command_line("run_recipe")

    def test_hand_over(self):
        """slipway stands still while the VM is handed over, longer than its timeouts: one server, active"""
        self.command_line("prepare_host_keys")

    def test_daemon(self):
        """slipwayd stands still again and again while contracts are on their way and end: none is lost, none made twice"""
        sim = self.sim("--create-ms", "200", "--boot-ms", "400")
        house, keys = self.market(sim, 4, SLIPWAY_LATE_GRACE_SECS=1)
        for reached in ("key_created", "server_created", "ssh_ready"):
            eventually(lambda: reached in [e["type"] for e in house.events()], what=reached)
            stand_still_for(house.process, 2)
        self.all_active(house, keys)
        nothing_is_lost(sim, house, keys)
        self.assertEqual((len(sim.servers()), len(sim.keys())), (4, 4))
        for name in keys:
            house.end(name)
        stand_still_for(house.process, 2)
        for name in keys:
            house.wait(name, "terminated")
        nothing_is_lost(sim, house)
        self.assertEqual((sim.servers(), sim.keys()), ([], []))

    def test_killed_while_standing_still(self):
        """slipwayd stands still and is killed with requests in the air; a new one goes on: all active, none twice"""
        sim = self.sim("--create-ms", "200", "--boot-ms", "400")
        house, keys = self.market(sim, 4)
        for reached in ("key_created", "server_created", "recipe_run"):
            sim.fault("delay", "200ms:4@POST /servers")
            eventually(lambda: reached in [e["type"] for e in house.events()], what=reached)
            stand_still(house.process)
            house.kill()
            sim.clear_faults()
            house.start()
        self.all_active(house, keys)
        nothing_is_lost(sim, house, keys)
        self.assertEqual(len(sim.servers()), len(keys))

    def test_what_is_lost_is_noticed(self):
        """the invariants that all these tests end with notice a second server, a lost one, and a recipe that ran twice"""
        sim = self.sim()
        home = self.home(sim)
        recipe = home.write("recipe.sh", "echo run >>/root/runs\n")
        self.assertEqual(home.slipway("server", "create", "web1", "--recipe", recipe).code, 0)
        keys = {"web1": home.key}
        nothing_is_lost(sim, home, keys)
        with self.assertRaisesRegex(Lost, "its recipe ran"):
            nothing_is_lost(sim, home, keys, runs=("run", "run"))
        server, = sim.servers()
        make = {"server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1", "labels": server["labels"]}
        second = sim.call("POST", "/v1/servers", {**make, "name": "web1-2"})["server"]["id"]
        with self.assertRaisesRegex(Lost, "2 servers"):
            nothing_is_lost(sim, home)
        sim.call("DELETE", f"/v1/servers/{server['id']}")
        eventually(lambda: len(sim.servers()) == 1, what="the deletion")
        with self.assertRaisesRegex(Lost, f"server {second} is not in the log"):
            nothing_is_lost(sim, home)
        sim.call("DELETE", f"/v1/servers/{second}")
        eventually(lambda: not sim.servers(), what="the deletion")
        with self.assertRaisesRegex(Lost, "active without a server"):
            nothing_is_lost(sim, home)

    def test_second_daemon(self):
        """while slipwayd stands still, another one and slipway on its database are refused and touch nothing"""
        sim = self.sim("--create-ms", "200", "--boot-ms", "400")
        house, keys = self.market(sim, 2)
        eventually(lambda: "key_created" in [e["type"] for e in house.events()], what="a key")
        first = house.process
        stand_still(first)
        self.addCleanup(lambda: first.poll() is None and first.kill())
        # What was in the air comes to its end without it.
        eventually(lambda: all(s["status"] == "running" for s in sim.servers()), what="Hetzner at rest")
        requests = len(sim.requests())
        log = house.stderr_path
        house.stderr_path = os.path.join(os.path.dirname(log), "..", os.path.basename(house.directory) + "-second.log")
        self.addCleanup(os.remove, house.stderr_path)
        before = contents(house.directory)
        for _ in range(2):
            second = house.spawn()
            self.assertEqual(second.wait(20 * PATIENCE), 1, house.log_lines())
        self.assertIn("in use by slipway", house.log_lines())
        self.assertIn(f"pid {first.pid}", house.log_lines())
        self.assertEqual(contents(house.directory), before)
        home = self.home(sim)
        home.database = house.database
        done = home.slipway("server", "create", "web1")
        self.assertEqual(done.code, 4, str(done))
        self.assertIn("in use by slipway", done.err)
        self.assertEqual(contents(house.directory), before)
        self.assertEqual([r for r in sim.requests()[requests:] if r["method"] != "GET"], [])
        house.process, house.stderr_path = first, log
        first.send_signal(signal.SIGCONT)
        self.all_active(house, keys)
        nothing_is_lost(sim, house, keys)


if __name__ == "__main__":
    run()
