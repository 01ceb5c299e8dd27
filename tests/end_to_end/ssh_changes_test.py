"""Recipes that change SSH and end with 0, and apps that cloud-init installs: what ended well never costs the VM."""
import concurrent.futures
import os
import signal

from harness import Case, run

CONFIG = "/etc/ssh/sshd_config"


def setting(line):
    """Before the others, since sshd takes the first."""
    return f"{{ echo '{line}'; cat {CONFIG}; }} >/root/new && mv /root/new {CONFIG}\n"


CHANGES = {
    "PermitRootLogin no": setting("PermitRootLogin no"),
    "AllowUsers": setting("AllowUsers deploy"),
    "its own authorized_keys": "ssh-keygen -q -t ed25519 -N '' -f /root/own && cp /root/own.pub /root/.ssh/authorized_keys\n",
    "root without a shell": "sed 's|^\\(root:.*:\\).*|\\1/usr/sbin/nologin|' /etc/passwd >/etc/passwd.new && mv /etc/passwd.new /etc/passwd\n",
    "a ForceCommand": setting("ForceCommand echo this is not a shell"),
    "a greeting": "echo 'echo Welcome' >/root/.bashrc\n",
}


class SshChanges(Case):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, for VMs with an sshd of their own")

    def create(self, sim, recipe, *options, **settings):
        home = self.home(sim, **settings)
        file = home.write("recipe.sh", "#!/bin/sh\n" + recipe + "echo done\n")
        return home, home.slipway("server", "create", "web1", "--recipe", file, *options)

    def only(self, home, sim):
        vms = [v for v in home.vms() if v["state"] != "terminated"]
        self.assertEqual([v["state"] for v in vms], ["active"], home.log_text())
        self.assertEqual([s["id"] for s in sim.servers()], [vms[0]["server_id"]], home.log_text())
        self.assert_log_verifies(home)
        return vms[0]

    def test_every_change(self):
        """a recipe that changes SSH in any of these ways and ends with 0: active, and nothing is missing"""
        def one(item):
            name, recipe = item
            sim = self.sim()
            home, done = self.create(sim, recipe)
            self.assertEqual(done.code, 0, f"{name}: {done}{home.log_text()}")
            vm = self.only(home, sim)
            self.assertEqual(vm["missing"], [], name)
            self.assertEqual(vm["recipe"]["output_tail"], "done\n", name)
            self.assertTrue(vm["host_keys"], name)
            return name

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            self.assertEqual(len(list(pool.map(one, CHANGES.items()))), len(CHANGES))

    def test_greeting(self):
        """behind a greeting in .bashrc the operator's key is gone, and the user gets in with the recorded host key"""
        sim = self.sim()
        home, done = self.create(sim, CHANGES["a greeting"])
        self.assertEqual(done.code, 0, str(done))
        seen = home.ssh(self.only(home, sim)["ipv4"], "cat /root/.ssh/authorized_keys")
        self.assertTrue(seen.stdout.startswith("Welcome\n"), seen.stdout + seen.stderr)
        self.assertNotIn("slipway operator", seen.stdout)
        self.assertIn("tester", seen.stdout)

    def test_killed_everywhere(self):
        """kill -9 before and after every append of a create whose recipe closes SSH: resumed, it is active, and what is missing is said"""
        def one(point):
            sim = self.sim()
            home, done = self.create(sim, CHANGES["PermitRootLogin no"], SLIPWAY_CRASH=point, SLIPWAY_RECIPE_TIMEOUT_SECS="2")
            if done.code == 0:  # fewer appends than that
                self.assertEqual(self.only(home, sim)["missing"], [])
                return None
            self.assertEqual(done.code, -signal.SIGKILL, f"{point}: {done}")
            if not home.events():
                return None
            done = home.slipway("server", "resume", SLIPWAY_CRASH="")
            self.assertEqual(done.code, 0, f"{point}: {done}{home.log_text()}")
            vm = self.only(home, sim)
            for missing in vm["missing"]:
                self.assertTrue(missing["advice"], point)
            return point, [m["what"] for m in vm["missing"]], home.slipway("server", "show", "web1", SLIPWAY_CRASH="").out

        points = [f"{where}:{n}" for n in range(2, 10) for where in ("before", "after")]
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            told = [t for t in pool.map(one, points) if t]
        self.assertGreater(len(told), 10)
        kinds = {tuple(what) for _, what, _ in told}
        self.assertIn((), kinds)
        self.assertIn(("recipe_result", "operator_key"), kinds)
        for _, what, shown in told:
            if "operator_key" in what:
                self.assertIn("missing", shown)
                self.assertIn("/root/.ssh/authorized_keys", shown)

    def test_recipe_that_fails(self):
        """a recipe that changes SSH and ends with 3 has failed: the VM is deleted"""
        sim = self.sim()
        home, done = self.create(sim, CHANGES["PermitRootLogin no"] + "exit 3\n")
        self.assertEqual(done.code, 1, str(done))
        self.assertEqual(sim.servers(), [])
        self.assertIn("exit code 3", done.err)

    def test_app_error(self):
        """--app: cloud-init's error is a failure in its words, with a recipe and without one"""
        for options in ((), ("recipe",)):
            sim = self.sim("--fault", "cloud_init_fails=always")
            home = self.home(sim)
            more = ("--recipe", home.write("recipe.sh", "echo ran\n")) if options else ()
            done = home.slipway("server", "create", "vpn", "--app", "wireguard", *more)
            self.assertEqual(done.code, 1, str(done))
            self.assertIn("cloud-init ended with an error, so wireguard is not installed", done.err)
            failure = home.vms()[0]["failure"]
            self.assertIn("status: error", failure["message"])
            self.assertIn("RuntimeError", failure["message"])
            self.assertNotIn("| ran", done.err)
            self.assertEqual(sim.servers(), [])
            # Without an app it is the recipe's own affair.
            if options:
                done = home.slipway("server", "create", "web1", *more)
                self.assertEqual(done.code, 0, str(done))

    def test_app_hangs(self):
        """--app: cloud-init that does not end is a failure when the recipe's time is over"""
        sim = self.sim("--fault", "cloud_init_hangs=always")
        home = self.home(sim, SLIPWAY_RECIPE_TIMEOUT_SECS="2")
        done = home.slipway("server", "create", "vpn", "--app", "wireguard")
        self.assertEqual(done.code, 1, str(done))
        self.assertIn("cloud-init did not end within 2 s", done.err)
        self.assertIn("SLIPWAY_RECIPE_TIMEOUT_SECS", done.err)
        self.assertEqual(sim.servers(), [])

    def test_app_done(self):
        """--app: a VM is active when cloud-init is done"""
        sim = self.sim()
        home = self.home(sim)
        done = home.slipway("server", "create", "vpn", "--app", "wireguard")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual(self.only(home, sim)["missing"], [])


if __name__ == "__main__":
    run()
