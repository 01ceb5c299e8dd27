"""A VM from nothing to active and back, with real processes."""
import json
import statistics
import time

from harness import Case, eventually, run

SPINE = ["vm_requested", "step_started", "key_created", "step_started", "server_created", "step_started", "ssh_ready",
         "step_started", "host_keys_prepared", "step_started", "recipe_run", "step_started", "activated"]

RECIPE = "#!/bin/sh\nset -e\necho line >> /root/runs\necho out of the recipe\n"


class Create(Case):
    def test_active_with_recipe(self):
        """create: key, server, SSH, recipe, active; the log tells it, the user can log in, the operator cannot"""
        sim = self.sim()
        home = self.home(sim)
        recipe = home.write("recipe.sh", RECIPE)
        done = home.slipway("server", "create", "web1", "--recipe", recipe, "--json")
        self.assertEqual(done.code, 0, str(done))
        vm = done.json
        self.assertEqual(vm["state"], "active")
        self.assertEqual(home.types(vm["id"]), SPINE)
        server, = sim.servers()
        self.assertEqual(server["id"], vm["server_id"])
        self.assertEqual(server["name"], "web1")
        self.assertEqual(server["labels"]["managed-by"], "slipway")
        self.assertEqual(server["labels"]["slipway-stream"], vm["id"])
        self.assertEqual(len(sim.keys()), 1)
        self.assertIn("out of the recipe", done.err)
        runs = home.ssh(vm["ipv4"], "cat /root/runs; cat /root/.ssh/authorized_keys")
        self.assertEqual(runs.returncode, 0, runs.stderr)
        lines = runs.stdout.splitlines()
        self.assertEqual(lines.count("line"), 1)
        self.assertEqual([l for l in lines if "slipway" in l.lower()], [], "the operator's key is still on the VM")
        self.assert_log_verifies(home)

        done = home.slipway("server", "delete", "web1", "--json")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(done.json["state"], "terminated")
        self.assertEqual((sim.servers(), sim.keys()), ([], []))
        again = home.slipway("server", "delete", "web1")
        self.assertEqual(again.code, 4, str(again))
        self.assertIn("command_refused", home.types())
        self.assert_log_verifies(home)

    def test_key_that_was_there_stays(self):
        """delete: a key that was there before slipway stays"""
        sim = self.sim()
        home = self.home(sim)
        with open(home.key + ".pub") as file:
            key = sim.add_key("mine", file.read().strip())
        self.assertEqual(home.slipway("server", "create", "web1").code, 0)
        self.assertEqual([k["id"] for k in sim.keys()], [key["id"]])
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        self.assertEqual([k["id"] for k in sim.keys()], [key["id"]])
        self.assertEqual(sim.servers(), [])
        self.assertIn("key_kept", home.types())

    def test_shared_key(self):
        """two VMs share one key: ending one leaves it, ending the other deletes it"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "a").code, 0)
        self.assertEqual(home.slipway("server", "create", "b").code, 0)
        self.assertEqual(len(sim.keys()), 1)
        self.assertEqual(home.slipway("server", "delete", "a").code, 0)
        self.assertEqual(len(sim.keys()), 1)
        self.assertEqual(home.slipway("server", "delete", "b").code, 0)
        self.assertEqual(sim.keys(), [])

    def test_request_budget(self):
        """budget: with a warm catalog one VM costs 2 requests and its share of the poll, ten cost no more polls than one"""
        sim = self.sim("--boot-ms", "2500")
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "warm", "--dry-run").code, 0)
        polls, took = [], 0
        for name, count in (("one", 1), ("ten", 10)):
            before, began = len(sim.requests()), time.monotonic()
            done = home.slipway("server", "create", name, "--count", str(count))
            self.assertEqual(done.code, 0, str(done))
            took = time.monotonic() - began
            used = sim.requests()[before:]
            mine = [r for r in used if not r["path"].startswith("/v1/actions")]
            # What the project has of networks and firewalls is looked up once a command: it may have changed.
            lists = [r for r in mine if r["path"].startswith(("/v1/networks", "/v1/firewalls"))]
            self.assertLessEqual(len(lists), 2, lists)
            mine = [r for r in mine if r not in lists]
            # One look around, and one key for all of them: registered once, found again by the others.
            self.assertLessEqual(len(mine), 3 * count + 1, [f"{r['method']} {r['path']}" for r in mine])
            polls.append(len(used) - len(mine) - len(lists))
        # Polls go by time, one a second at most, and on a busy machine ten take longer than one.
        self.assertLessEqual(polls[1], max(polls[0] + 2, took), f"polls for one VM: {polls[0]}, for ten: {polls[1]}")

    def test_speed(self):
        """speed: the first request leaves soon after the command, and SSH is noticed soon after it opens (figures printed)"""
        sim = self.sim("--boot-ms", "700")
        home = self.home(sim)
        ready_after, asked_after = [], []
        for n in range(5):
            before = len(sim.requests())
            typed = time.time() * 1000
            done = home.slipway("server", "create", f"fast{n}", "--json")
            self.assertEqual(done.code, 0, str(done))
            asked_after.append(sim.requests()[before]["at_ms"] - typed)
            ready = next(e for e in home.events(done.json["id"]) if e["type"] == "ssh_ready")
            ready_after.append(ready_delay(sim, done.json["server_id"], ready["at"]))
        for what, times in (("typing the command to the first request", asked_after),
                            ("the SSH port opening to ssh_ready in the log", ready_after)):
            print(f"# from {what}, ms:", [round(t) for t in times], "median", round(statistics.median(times)))

    def test_dry_run(self):
        """--dry-run shows the request and the price, IPv4 included, and creates nothing, not even a database"""
        sim = self.sim(ssh=False)
        home = self.home(sim)
        done = home.slipway("server", "create", "web1", "--dry-run", "--json")
        self.assertEqual(done.code, 0, str(done))
        shown = done.json
        text = json.dumps(shown)
        self.assertNotIn("PRIVATE KEY", text)
        self.assertIn("web1", text)
        self.assertIn("price", text)
        human = home.slipway("server", "create", "web1", "--dry-run")
        self.assertEqual(human.code, 0)
        self.assertIn("month", human.out)
        self.assertEqual((sim.servers(), sim.keys()), ([], []))
        self.assertEqual([r for r in sim.requests() if r["method"] != "GET"], [])

    def test_several(self):
        """--count makes NAME, NAME1, …; list shows them; a name in use is refused"""
        sim = self.sim()
        home = self.home(sim)
        done = home.slipway("server", "create", "web", "--count", "3", "--json")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual([v["name"] for v in done.json], ["web", "web1", "web2"])
        self.assertEqual(len(sim.servers()), 3)
        listed = home.slipway("server", "list")
        for name in ("web", "web1", "web2"):
            self.assertIn(name, listed.out)
        again = home.slipway("server", "create", "web1")
        self.assertEqual(again.code, 4, str(again))
        self.assertEqual(len(sim.servers()), 3)
        show = home.slipway("server", "show", "web1")
        self.assertEqual(show.code, 0)
        self.assertIn("active", show.out)
        self.assertEqual(home.slipway("server", "show", "nobody").code, 3)

    def test_no_secret_anywhere(self):
        """no token and no private key in the database, in what is printed, or in the log's records"""
        sim = self.sim()
        home = self.home(sim)
        done = home.slipway("server", "create", "web1", SLIPWAY_LOG_LEVEL="trace")
        self.assertEqual(done.code, 0, str(done))
        said = done.out + done.err + home.log_text()
        with open(home.database, "rb") as file:
            stored = file.read()
        for secret in (sim.token, sim.token[:12], "PRIVATE KEY"):
            self.assertNotIn(secret, said)
            self.assertNotIn(secret.encode(), stored)

    def test_apps(self):
        """--app puts its packages into user_data"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "vpn", "--app", "wireguard").code, 0)
        self.assertIn("wireguard", json.dumps(sim.call("GET", "/_sim/state")))

    def test_second_process_is_refused(self):
        """one process writes: a second one is refused, and readers are not"""
        sim = self.sim("--boot-ms", "3000")
        home = self.home(sim)
        first = home.start("server", "create", "slow")
        eventually(lambda: sim.servers(), what="the first process's server")
        second = home.slipway("server", "create", "other")
        self.assertEqual(second.code, 4, str(second))
        self.assertIn("in use", second.err)
        self.assertEqual(home.slipway("server", "list").code, 0)
        self.assertEqual(home.log("list").returncode, 0)
        out, err = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, err)


def ready_delay(sim, server_id, at):
    """Milliseconds from the moment the simulator opened SSH to the event's time."""
    import datetime
    moment = datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() * 1000

    def find(value):
        if isinstance(value, dict):
            if value.get("id") == server_id and value.get("ssh_opened_at_ms"):
                return value["ssh_opened_at_ms"]
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                found = find(item)
                if found is not None:
                    return found
        return None

    return moment - find(sim.call("GET", "/_sim/state"))


if __name__ == "__main__":
    run()
