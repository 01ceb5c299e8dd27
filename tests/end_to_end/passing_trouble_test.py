"""Hetzner fails passingly while somebody waits for what changes nothing: it is asked again within seconds, and said."""
import time
import unittest

from harness import Case, Home, Sim, run
from house import Daemon

# Everything that is read before an order: a 503, a broken connection before and after, a garbled answer, a proxy's page.
FAULTS = ("status_503", "lose_request", "lose_reply", "bad_json", "status_502", "rate_limited")
LISTS = ("/server_types", "/locations", "/images", "/pricing")


class PassingTrouble(Case):
    def sim(self, *options):
        sim = Sim(*options)
        self.addCleanup(sim.close)
        return sim

    def test_create(self):
        """server create goes on after one failure of a list, whatever it was, and says that it asks again"""
        sim = self.sim()
        home = Home(sim)
        self.addCleanup(home.close)
        for number, fault in enumerate(FAULTS):
            sim.fault(fault, "once@GET " + LISTS[number % len(LISTS)])
            began = time.monotonic()
            done = home.slipway("server", "create", f"web{number}", "--dry-run", XDG_CACHE_HOME=f"{home.directory}/{number}")
            self.assertEqual(done.code, 0, f"{fault}: {done.err}")
            self.assertIn("Asking again in ", done.err, fault)
            self.assertLess(time.monotonic() - began, 30, fault)
        sim.fault("status_503", "3@GET /server_types")
        done = home.slipway("server", "create", "web", "--no-kamal")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(len(sim.servers()), 1)

    def test_outage(self):
        """an outage ends it after some seconds, with exit code 5 and nothing ordered; what Hetzner has decided ends it at once"""
        sim = self.sim()
        home = Home(sim)
        self.addCleanup(home.close)
        sim.fault("status_503", "always@GET /server_types")
        done = home.slipway("server", "create", "web")
        self.assertEqual(done.code, 5, done.err)
        self.assertLessEqual(len([r for r in sim.requests(method="GET") if r["path"].startswith("/v1/server_types")]), 5)
        sim.clear_faults()
        sim.fault("unauthorized", "always")
        before = len(sim.requests())
        done = home.slipway("server", "create", "web")
        self.assertNotEqual(done.code, 0)
        self.assertNotIn("Asking again", done.err)
        self.assertLessEqual(len(sim.requests()) - before, 4)
        self.assertEqual(sim.requests(method="POST"), [])

    def test_api(self):
        """orders over the API, a provider's token and an offering: no 502 for one failure"""
        sim = self.sim()
        house = Daemon(sim, HCLOUD_TOKEN=sim.token)
        self.addCleanup(house.close)
        house.start()
        sim.fault("status_503", "once@GET /servers")
        done = house.api("PUT", "/v1/providers/acme", {"hetzner_token": sim.token})
        self.assertEqual(done.status, 200, str(done))
        sim.fault("lose_reply", "once@GET /images")
        done = house.api("PUT", "/v1/offerings/small", {"provider": "acme", "infra_backend": "hetzner", "infra_config": {
            "server_type": "cx23", "location": "nbg1", "image": "ubuntu-24.04"}})
        self.assertEqual(done.status, 200, str(done))
        sim.fault("bad_json", "once@GET /pricing")
        done = house.api("POST", "/v1/vms?plan=true", {"name": "web", "ssh_pubkey": house.key_pair()[1]})
        self.assertEqual(done.status, 200, str(done))


if __name__ == "__main__":
    run()
