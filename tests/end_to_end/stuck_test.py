"""Where a VM or contract is stuck, the CLI, slipway-log and the page (…/story is what it shows) name the same cause and the
same next step: in each of twelve situations that really happen."""
import datetime
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PATIENCE, SLIPWAY, Case, eventually, run  # noqa: E402
from house import Daemon  # noqa: E402

OTHER = "other0project0other0project0other0project0other0project0other0pr"


class Stuck(Case):
    def market(self, *faults, recipe=None, directory=None, options=(), provider=None, **settings):
        sim = self.sim(*(word for fault in faults for word in ("--fault", fault)), *options)
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        if directory:
            house.database = os.path.join(directory, "slipway.db")
        house.start()
        house.provider(**(provider or {}))
        house.offering(recipe=recipe)
        return sim, house

    def told_by_all(self, house, name, kind="contract"):
        """What each of the three says, and the page's to_do."""
        shown = subprocess.run([SLIPWAY, "--api", "unix:" + house.socket, {"contract": "contract", "vm": "server"}[kind], "show", name],
                               env=house.environment(), cwd=house.directory, stdin=subprocess.DEVNULL, capture_output=True,
                               text=True, timeout=60 * PATIENCE)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        why = house.slipway_log("why", name)
        self.assertEqual(why.returncode, 0, why.stderr)
        story = house.must(200, "GET", f"/v1/{kind}s/{name}/story")
        return {"show": shown.stdout, "why": why.stdout, "page": "\n".join(story["why"])}, story["to_do"]

    def names(self, house, name, cause, to_do, kind="contract", seconds=30):
        """All three name the cause, and the same thing to do, which begins like this."""
        eventually(lambda: (house.must(200, "GET", f"/v1/{kind}s/{name}/story")["to_do"] or "").startswith(to_do), seconds,
                   f"{name}: {to_do}")
        said, what = self.told_by_all(house, name, kind)
        for who, text in said.items():
            self.assertIn(cause, text, f"{who} does not know the cause")
        self.assertTrue(what.startswith(to_do), what)
        self.assertIn("what to do   " + what, said["show"])
        self.assertIn("What to do: " + what, said["why"])
        in_json = json.loads(house.slipway_log("why", "--json", name).stdout)
        self.assertEqual(in_json["to_do"], what)
        return what

    def test_full_location(self):
        """1: the location is sold out"""
        _, house = self.market("unavailable=always")
        house.contract("c-1")
        self.names(house, "c-1", "create_server failed (unavailable)", "Order another server type or location")

    def test_revoked_token(self):
        """2: the provider's token was revoked, when something is to be deleted with it"""
        sim, house = self.market()
        house.contract("c-1")
        house.wait("c-1", "active")
        sim.fault("unauthorized", "always")
        house.end("c-1")
        self.names(house, "c-1", "(unauthorized)", "Give slipway a token of the same project")

    def test_quota(self):
        """3: the project's quota is used up"""
        _, house = self.market("quota=always")
        house.contract("c-1")
        self.names(house, "c-1", "create_server failed (quota)", "Delete servers of the project that are not needed")

    def test_budget(self):
        """4: the project's request budget is used up"""
        _, house = self.market("rate_limited=always@POST /servers")
        house.contract("c-1")
        self.names(house, "c-1", "create_server failed (rate_limited)", "Wait: it goes on when the project's request budget")

    def test_ssh_closed(self):
        """5: SSH is closed on the VM, long before that is given up"""
        _, house = self.market("ssh_refuse=always", SLIPWAY_SSH_TIMEOUT_SECS=20)
        house.contract("c-1")
        self.names(house, "c-1", "SSH has not answered there yet", "See whether a firewall lets this host reach SSH")
        self.assertEqual(house.show("c-1")["state"], "server_created")

    def test_recipe_runs_on(self):
        """6: the recipe runs on"""
        _, house = self.market(recipe="#!/bin/sh\necho first words\nexec tail -f /dev/null\n", SLIPWAY_RECIPE_TIMEOUT_SECS=20)
        house.contract("c-1")
        self.names(house, "c-1", "Its recipe is running, since", "See its output. It is stopped when its time")
        self.assertEqual(house.show("c-1")["state"], "ssh_ready")

    def test_delete_protected(self):
        """7: somebody has protected the server against being deleted"""
        sim, house = self.market()
        house.contract("c-1")
        house.wait("c-1", "active")
        sim.fault("protected", "always")
        house.end("c-1")
        self.names(house, "c-1", "delete protection is on", "Take the delete protection off")

    def test_key_in_use(self):
        """8: the SSH key is another VM's, too, and stays"""
        _, house = self.market()
        _, key = house.key_pair()
        for name in ("c-1", "c-2"):
            house.contract(name, key)
            house.wait(name, "active")
        house.end("c-1")
        house.wait("c-1", "terminated")
        said, what = self.told_by_all(house, "c-1")
        self.assertIsNone(what)
        for who, text in said.items():
            self.assertIn("stays at Hetzner", text, who)

    def test_project_changed(self):
        """9: the token that slipway was given is one of another project"""
        sim, house = self.market(options=("--token", OTHER), HCLOUD_TOKEN="")
        house.stop()
        house.start(HCLOUD_TOKEN=sim.token)
        house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})
        eventually(lambda: house.must(200, "GET", "/v1/vms/web1")["state"] == "active", 30, "web1")
        house.stop()
        house.start(HCLOUD_TOKEN=OTHER)
        house.must(202, "DELETE", "/v1/vms/web1")
        self.names(house, "web1", "is not in the project that the token opens", "Give slipway a token of the project that it was ordered in", kind="vm")

    def test_log_not_writable(self):
        """10: the disk of the event log is full"""
        small = self.small_disk("8m")
        sim, house = self.market(directory=small, options=("--boot-ms", "4000"))
        house.contract("c-1")
        house.wait("c-1", "server_created")
        filler = self.fill(small)
        self.names(house, "c-1", "cannot be written: the disk is full", "Give the database's disk room")
        os.remove(filler)
        house.wait("c-1", "active")
        self.assertIsNone(self.told_by_all(house, "c-1")[1])

    def test_mail_fails(self):
        """11: the provider's mail does not go out"""
        _, house = self.market("quota=always", SLIPWAY_SMTP_URL="smtp://127.0.0.1:1", SLIPWAY_MAIL_FROM="slipway@example.org",
                               provider={"email": "ops@example.org"})
        house.contract("c-1")
        house.wait("c-1", "failed")
        eventually(lambda: "A message by email" in "\n".join(house.must(200, "GET", "/v1/contracts/c-1/story")["why"]), 30,
                   "a failed attempt")
        what = self.names(house, "c-1", "A message by email about it has not gone out: 1 attempt failed", "Delete servers of")
        self.assertIn("what is wrong with messages by email", what)

    def test_clock_wrong(self):
        """12: this machine's clock is an hour ahead of Hetzner's when a contract's time is over"""
        sim, house = self.market("clock_behind=3600000ms:always")
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=6)
        house.contract("c-1", expires_at=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
        house.wait("c-1", "active")
        self.names(house, "c-1", "this machine's clock says", "Set this machine's clock right")
        self.assertEqual(house.show("c-1")["state"], "active")
        self.assertEqual(len(sim.servers()), 1)


if __name__ == "__main__":
    run()
