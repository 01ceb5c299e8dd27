"""What Hetzner, the network and a new VM do wrong, one after the other, with real processes: each ends as it should, and
nothing is left that the log does not know."""
from harness import Case, eventually, run


class Faults(Case):
    def nothing_left(self, sim):
        self.assertEqual((sim.servers(), sim.keys()), ([], []))

    def one_active(self, home, sim, name=None):
        vm, = [v for v in home.vms() if v["state"] == "active"]
        server, = sim.servers()
        self.assertEqual(server["id"], vm["server_id"], home.log_text())
        if name:
            self.assertEqual(server["name"], name)
        self.assert_log_verifies(home)
        return vm

    def create(self, home, *options, code=0, **more):
        done = home.slipway("server", "create", "web1", *options, **more)
        self.assertEqual(done.code, code, str(done) + home.log_text())
        return done

    def test_lost_reply_of_the_server(self):
        """the server is made and the connection drops: it is found by name and label, and not made twice"""
        sim = self.sim()
        sim.fault("lose_reply", "once@POST /servers")
        home = self.home(sim)
        self.create(home)
        self.one_active(home, sim, "web1")
        made = next(e for e in home.events() if e["type"] == "server_created")
        self.assertTrue(made["data"]["adopted"])

    def test_lost_reply_of_the_key(self):
        """the key is registered and the connection drops: it is found by its fingerprint and deleted at the end"""
        sim = self.sim()
        sim.fault("lose_reply", "once@POST /ssh_keys")
        home = self.home(sim)
        self.create(home)
        self.one_active(home, sim)
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        self.nothing_left(sim)

    def test_lost_request(self):
        """the request for the server is lost on its way: asked again, one server"""
        sim = self.sim()
        sim.fault("lose_request", "once@POST /servers")
        home = self.home(sim)
        self.create(home)
        self.one_active(home, sim)

    def test_late_create(self):
        """the connection drops and the server appears later, when it is asked for again: adopted, not doubled"""
        sim = self.sim()
        sim.fault("late_create", "400ms:once")
        home = self.home(sim)
        self.create(home)
        self.one_active(home, sim, "web1")

    def test_name_of_a_stranger(self):
        """a stranger's server has the name: it is left alone and the next suffix is taken"""
        sim = self.sim()
        stranger = sim.call("POST", "/v1/servers", {"name": "web1", "server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1"})["server"]["id"]
        home = self.home(sim)
        self.create(home)
        self.assertEqual(sorted(s["name"] for s in sim.servers()), ["web1", "web1-2"])
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        self.assertEqual([s["id"] for s in sim.servers()], [stranger])

    def test_name_of_another_installation(self):
        """a server of another slipway has the name: it is not adopted either"""
        sim = self.sim()
        first = self.home(sim)
        self.create(first)
        second = self.home(sim)
        self.create(second)
        self.assertEqual(sorted(s["name"] for s in sim.servers()), ["web1", "web1-2"])

    def test_sold_out_in_the_first_location(self):
        """412 in the first location: the second one is taken"""
        sim = self.sim()
        sim.fault("unavailable", "always@nbg1")
        home = self.home(sim)
        self.create(home, "--location", "nbg1,fsn1")
        self.assertEqual(self.one_active(home, sim)["location"], "fsn1")

    def test_sold_out_everywhere(self):
        """412 everywhere: failed, nothing left, and the reason is said"""
        sim = self.sim()
        sim.fault("unavailable", "always")
        home = self.home(sim)
        done = self.create(home, "--location", "nbg1,fsn1", code=1)
        self.assertEqual([v["state"] for v in home.vms()], ["failed"])
        self.nothing_left(sim)
        self.assertIn("web1 is failed", done.err)
        self.assert_log_verifies(home)

    def test_locked_on_delete(self):
        """423 on delete: waits and deletes, without using up an attempt"""
        sim = self.sim()
        home = self.home(sim)
        self.create(home)
        sim.fault("locked", "2@DELETE /servers")
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        self.nothing_left(sim)
        self.assertEqual([e["data"]["counted"] for e in home.events() if e["type"] == "step_failed"], [False], "told once")

    def test_rate_limited(self):
        """429: waits for the next request's worth of budget, not for the whole bucket; half the token never shows"""
        sim = self.sim()
        sim.fault("rate_limited", "2@POST /")
        home = self.home(sim)
        done = self.create(home)
        self.one_active(home, sim)
        self.assertNotIn(sim.token[:12], done.out + done.err + home.log_text())

    def test_storm_of_503(self):
        """a storm of 503: waits it out, one server and one key"""
        sim = self.sim()
        home = self.home(sim)
        self.create(home, "--dry-run")
        sim.fault("status_503", "4")
        self.create(home)
        self.one_active(home, sim)

    def test_carried_out_and_504(self):
        """the server is made and the answer is a proxy's 504: found, not made twice"""
        sim = self.sim()
        sim.fault("done_504", "once@POST /servers")
        home = self.home(sim)
        self.create(home)
        self.one_active(home, sim, "web1")

    def test_unreadable_answer(self):
        """the server is made and the answer's body is cut short: found, not made twice"""
        sim = self.sim()
        sim.fault("bad_json", "once@POST /servers")
        home = self.home(sim)
        self.create(home)
        self.one_active(home, sim, "web1")

    def test_token_revoked_half_way(self):
        """the token is revoked when the key exists: failed, the key is in the log as leaked, and delete tries again"""
        sim = self.sim()
        home = self.home(sim)
        self.create(home, "--dry-run")
        sim.fault("unauthorized", "always@POST /servers")
        sim.fault("unauthorized", "always@DELETE /")
        done = self.create(home, code=1)
        vm, = home.vms()
        self.assertEqual(vm["state"], "failed")
        self.assertEqual([(l["kind"], l["id"]) for l in vm["leaked"]], [("ssh_key", sim.keys()[0]["id"])])
        self.assertIn(str(sim.keys()[0]["id"]), done.err)
        sim.clear_faults()
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        self.nothing_left(sim)
        self.assert_log_verifies(home)

    def test_token_revoked_with_a_server(self):
        """the token is revoked when the server exists: both are in the log as leaked"""
        sim = self.sim("--boot-ms", "60000")
        home = self.home(sim)
        process = home.start("server", "create", "web1", SLIPWAY_SSH_TIMEOUT_SECS="3")
        eventually(lambda: sim.servers(), what="the server")
        server = sim.servers()[0]["id"]
        sim.fault("unauthorized", "always@GET /actions")
        sim.fault("unauthorized", "always@DELETE /")
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, err)
        vm, = home.vms()
        self.assertEqual(sorted(l["kind"] for l in vm["leaked"]), ["server", "ssh_key"])
        self.assertIn(str(server), err)
        sim.clear_faults()
        self.assertEqual(home.slipway("server", "delete", "web1").code, 0)
        self.nothing_left(sim)

    def test_actions_fail(self):
        """the start action fails, the create action fails, the server never runs: cleaned up, failed"""
        for fault in ("start_action_fails", "create_action_fails", "never_running"):
            with self.subTest(fault):
                sim = self.sim("--boot-ms", "60000")
                sim.fault(fault, "always")
                home = self.home(sim)
                self.create(home, code=1, SLIPWAY_SSH_TIMEOUT_SECS="4")
                self.assertEqual([v["state"] for v in home.vms()], ["failed"])
                self.nothing_left(sim)

    def test_no_public_address(self):
        """the server comes without a public IPv4: deleted and reported"""
        sim = self.sim()
        sim.fault("no_public_ip", "always")
        home = self.home(sim)
        done = self.create(home, code=1)
        self.assertIn("IPv4", done.err)
        self.nothing_left(sim)

    def test_ssh_in_all_its_moods(self):
        """SSH refuses, stalls, closes, shows another host key for a while: active in the end"""
        for fault, spec in (("ssh_refuse", "2"), ("ssh_close", "3"), ("ssh_wrong_host_key", "2"), ("ssh_deny", "2")):
            with self.subTest(fault):
                sim = self.sim()
                sim.fault(fault, spec)
                home = self.home(sim)
                self.create(home)
                self.one_active(home, sim)

    def test_another_host(self):
        """a host that shows another key to the end is never trusted: cleaned up, failed"""
        sim = self.sim()
        sim.fault("ssh_wrong_host_key", "always")
        home = self.home(sim)
        done = self.create(home, code=1, SLIPWAY_SSH_TIMEOUT_SECS="3")
        self.assertIn("host key", done.err)
        self.nothing_left(sim)

    def test_recipe_fails(self):
        """a recipe that fails: its exit code and last output are said, the VM is cleaned up"""
        sim = self.sim()
        home = self.home(sim)
        recipe = home.write("recipe.sh", "echo it went wrong >&2\nexit 7\n")
        done = self.create(home, "--recipe", recipe, code=1)
        self.assertIn("exit code 7", done.err)
        self.assertEqual(done.err.count("it went wrong"), 2, "as it was printed, and in the last sentence: " + done.err)
        self.nothing_left(sim)

    def test_recipe_hangs(self):
        """a recipe without an end is killed when its time is over"""
        sim = self.sim()
        home = self.home(sim)
        recipe = home.write("recipe.sh", "while :; do :; done\n")
        done = self.create(home, "--recipe", recipe, code=1, SLIPWAY_RECIPE_TIMEOUT_SECS="2")
        self.assertIn("2 s", done.err)
        self.nothing_left(sim)

    def test_quota(self):
        """403 resource_limit_exceeded: failed at once, no blind retry"""
        sim = self.sim()
        sim.fault("quota", "always")
        home = self.home(sim)
        self.create(home, code=1)
        self.assertEqual(len([r for r in sim.requests(method="POST") if r["path"] == "/v1/servers"]), 1)
        self.nothing_left(sim)

    def test_vanished(self):
        """the server was deleted by somebody else: delete says so and ends well"""
        sim = self.sim()
        home = self.home(sim)
        self.create(home)
        sim.call("DELETE", f"/v1/servers/{sim.servers()[0]['id']}")
        eventually(lambda: not sim.servers(), what="the deletion by hand")
        done = home.slipway("server", "delete", "web1")
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("gone already", done.err)
        self.nothing_left(sim)


if __name__ == "__main__":
    run()
