"""kill -9 at every boundary between two events and at random moments: nothing is lost and nothing is paid for twice."""
import concurrent.futures
import os
import random
import signal
import subprocess
import time

from harness import PATIENCE, Case, eventually, run

RECIPE = "#!/bin/sh\necho line >> /root/runs\n"
SLOW_RECIPE = "#!/bin/sh\necho line >> /root/runs\nfor i in 1 2 3 4 5 6 7 8 9 10; do echo step $i; sleep 0.2; done\necho done >> /root/runs\n"


class Crash(Case):
    def check_one_vm(self, home, sim, name="web1", runs=("line",)):
        vms = [v for v in home.vms() if v["state"] != "terminated"]
        self.assertEqual([v["state"] for v in vms], ["active"], home.log_text())
        self.assertEqual([s["id"] for s in sim.servers()], [vms[0]["server_id"]], home.log_text())
        self.assertEqual(len(sim.keys()), 1, home.log_text())
        seen = home.ssh(vms[0]["ipv4"], "cat /root/runs")
        self.assertEqual(seen.stdout.split(), list(runs), seen.stderr + home.log_text())
        self.assert_log_verifies(home)

    def resume(self, home):
        done = home.slipway("server", "resume")
        self.assertEqual(done.code, 0, str(done) + home.log_text())

    def create_and_die(self, sim, point):
        home = self.home(sim)
        recipe = home.write("recipe.sh", RECIPE)
        done = home.slipway("server", "create", "web1", "--recipe", recipe, SLIPWAY_CRASH=point)
        return home, recipe, done

    def test_every_boundary(self):
        """kill -9 before and after every append of a create: resumed, it is active with one server, one key, one run"""
        sim = self.sim()
        home, _, done = self.create_and_die(sim, "")
        self.assertEqual(done.code, 0, str(done))
        commits = len({e["version"] for e in home.events()})
        tried = []

        def one(point):
            own = self.sim()
            home, recipe, done = self.create_and_die(own, point)
            if done.code == 0:  # fewer appends than events: the point was never reached
                return None
            self.assertEqual(done.code, -signal.SIGKILL, f"{point}: {done}")
            if not home.events():
                self.assertEqual((own.servers(), own.keys()), ([], []), point)
                again = home.slipway("server", "create", "web1", "--recipe", recipe)
                self.assertEqual(again.code, 0, f"{point}: {again}")
            else:
                self.resume(home)
            self.check_one_vm(home, own)
            return point

        points = [f"{where}:{n}" for n in range(1, commits + 1) for where in ("before", "after")]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            tried = [p for p in pool.map(one, points) if p]
        print("# died at", " ".join(tried))
        self.assertGreaterEqual(len(tried), 14)

    def test_every_boundary_of_a_delete(self):
        """kill -9 before and after every append of a delete: resumed, nothing is left"""
        def one(point):
            sim = self.sim()
            home = self.home(sim)
            self.assertEqual(home.slipway("server", "create", "web1").code, 0)
            done = home.slipway("server", "delete", "web1", SLIPWAY_CRASH=point)
            if done.code == 0:
                return None
            self.assertEqual(done.code, -signal.SIGKILL, f"{point}: {done}")
            if home.types()[-1] == "activated":
                self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
            else:
                self.resume(home)
            self.assertEqual((sim.servers(), sim.keys()), ([], []), point)
            self.assertEqual([v["state"] for v in home.vms()], ["terminated"])
            self.assert_log_verifies(home)
            return point

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            tried = [p for p in pool.map(one, [f"{w}:{n}" for n in range(1, 6) for w in ("before", "after")]) if p]
        print("# died at", " ".join(tried))
        self.assertGreaterEqual(len(tried), 6)

    def test_random_moments(self):
        """kill -9 at random moments of a create (15, or SLIPWAY_CRASHES): resumed, it is active with one server, one key, one run"""
        seed = int(os.environ.get("SLIPWAY_TEST_SEED", random.randrange(10**9)))
        print("# seed", seed)
        rng = random.Random(seed)
        sim = self.sim()
        home = self.home(sim)
        began = time.monotonic()
        self.assertEqual(home.slipway("server", "create", "web1", "--recipe", home.write("recipe.sh", RECIPE)).code, 0)
        longest = time.monotonic() - began
        moments = [rng.uniform(0.0, longest) for _ in range(int(os.environ.get("SLIPWAY_CRASHES", 15)))]

        def one(moment):
            sim = self.sim()
            home = self.home(sim)
            recipe = home.write("recipe.sh", RECIPE)
            process = home.start("server", "create", "web1", "--recipe", recipe)
            try:
                process.wait(moment)
            except subprocess.TimeoutExpired:
                process.kill()
            process.communicate()
            if not os.path.exists(home.database) or not home.events():
                self.assertEqual((sim.servers(), sim.keys()), ([], []))
                return "nothing"
            reached = [t for t in home.types() if t != "step_started"][-1]
            self.resume(home)
            self.check_one_vm(home, sim)
            sim.close()
            return reached

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            reached = list(pool.map(one, moments))
        print("# last event before the kill:", {r: reached.count(r) for r in sorted(set(reached))})
        self.assertGreater(len(set(reached)), 2, "the moments all fell into one place")

    def test_mid_recipe(self):
        """kill -9 in the middle of a running recipe: it goes on, runs once, and its output and exit code are collected"""
        sim = self.sim()
        home = self.home(sim)
        recipe = home.write("recipe.sh", SLOW_RECIPE)
        process = home.start("server", "create", "web1", "--recipe", recipe)
        for line in process.stderr:
            if "step 3" in line:
                break
        process.kill()
        process.communicate()
        self.assertNotIn("recipe_run", home.types())
        self.resume(home)
        self.check_one_vm(home, sim, runs=("line", "done"))
        ran = next(e for e in home.events() if e["type"] == "recipe_run")
        self.assertEqual(ran["data"]["exit_code"], 0)
        self.assertIn("step 1\n", ran["data"]["output_tail"])
        self.assertIn("step 10\n", ran["data"]["output_tail"])

    def test_interrupt(self):
        """SIGINT: says how to resume, exit 130, and resume brings it to active"""
        sim = self.sim("--boot-ms", "1500")
        home = self.home(sim)
        process = home.start("server", "create", "web1")
        eventually(lambda: sim.servers(), what="the server")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20 * PATIENCE)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("resume", err)
        self.resume(home)
        self.assertEqual([v["state"] for v in home.vms()], ["active"])
        self.assertEqual(len(sim.servers()), 1)

    def test_delete_of_a_half_made_vm(self):
        """a VM whose process died half-way can be deleted without being finished first"""
        for point in ("after:1", "before:3", "after:3", "after:4"):
            sim = self.sim()
            home = self.home(sim)
            self.assertEqual(home.slipway("server", "create", "web1", SLIPWAY_CRASH=point).code, -signal.SIGKILL)
            done = home.slipway("server", "delete", "web1")
            self.assertEqual(done.code, 0, f"{point}: {done}\n{home.log_text()}")
            self.assertEqual((sim.servers(), sim.keys()), ([], []), point)


if __name__ == "__main__":
    run()
