"""Networks and firewalls, from the command line and the API to hetzner-sim: which are taken with none, one and three of
each, what is refused before anything is ordered, and what a server has in the end."""
import json
import urllib.error

from harness import Case, eventually, run
from house import Daemon


class Project:
    """What the owner of the Hetzner project does in the Console."""

    def __init__(self, sim):
        self.sim = sim

    def network(self, name, zone="eu-central", **more):
        number = len(self.sim.call("GET", "/v1/networks")["networks"])
        body = {"name": name, "ip_range": f"10.{number}.0.0/16", **more}
        if zone:
            body["subnets"] = [{"type": "cloud", "network_zone": zone, "ip_range": f"10.{number}.1.0/24"}]
        return self.sim.call("POST", "/v1/networks", body)["network"]["id"]

    def firewall(self, name):
        return self.sim.call("POST", "/v1/firewalls", {"name": name})["firewall"]["id"]

    def drop(self, kind, number):
        self.sim.call("DELETE", f"/v1/{kind}/{number}")

    def made_by_others(self):
        """Requests that would have made something, without those of this class."""
        return [r for r in self.sim.requests(method="POST") if r["path"] in ("/v1/servers", "/v1/ssh_keys")]


def request_of(answer):
    """Networks and firewalls in the body of POST /servers."""
    body = answer["request"]
    return body.get("networks", []), [one["firewall"] for one in body.get("firewalls", [])]


class Networks(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, HCLOUD_TOKEN=sim.token, **settings)
        self.addCleanup(house.close)
        return house.start()

    def plan(self, home, *options):
        done = home.slipway("server", "create", "web1", "--dry-run", "--json", "--no-kamal", *options)
        self.assertEqual(done.code, 0, done)
        return done.json

    def refused(self, home, *options, code=2):
        done = home.slipway("server", "create", "web1", "--no-kamal", *options)
        self.assertEqual(done.code, code, done)
        self.assertEqual(home.sim.servers(), [])
        return done.err

    def test_cli_none_and_one(self):
        """the command line with none of each, then with one: it is attached, keeps its public address, and all of it goes again"""
        sim = self.sim()
        home, project = self.home(sim), Project(sim)
        self.assertEqual(request_of(self.plan(home)), ([], []))
        network, firewall = project.network("backend"), project.firewall("web")
        planned = self.plan(home)
        self.assertEqual(request_of(planned), ([network], [firewall]))
        self.assertEqual(planned["network"], {"id": network, "name": "backend"})
        text = home.slipway("server", "create", "web1", "--dry-run").out
        self.assertIn(f"network: backend ({network})", text)
        self.assertIn(f"firewall: web ({firewall})", text)
        self.assertEqual(request_of(self.plan(home, "--network", "none", "--firewall", "none")), ([], []))
        made = home.slipway("server", "create", "web1", "--no-kamal")
        self.assertEqual(made.code, 0, made)
        server, = sim.servers()
        self.assertEqual([(n["network"], n["ip"]) for n in server["private_net"]], [(network, "10.0.1.1")])
        self.assertEqual([f["id"] for f in server["public_net"]["firewalls"]], [firewall])
        self.assertTrue(server["public_net"]["ipv4"]["ip"])
        vm, = home.vms()
        self.assertEqual((vm["network"], vm["firewalls"]), (network, [firewall]))
        self.assertIn(f"network {network}", " ".join(home.slipway("server", "show", "web1").out.split()))
        self.assertEqual(home.slipway("server", "delete", "web1", "--yes").code, 0)
        self.assertEqual(sim.servers(), [])
        project.drop("firewalls", firewall)  # in use no more
        self.assert_log_verifies(home)

    def test_cli_three(self):
        """the command line with three of each: refused with the list and how to choose; by id, by default, and none"""
        sim = self.sim(ssh=False)
        home, project = self.home(sim), Project(sim)
        networks = [project.network(name) for name in ("blue", "green", "red")]
        firewalls = [project.firewall(name) for name in ("db", "mail", "web")]
        said = self.refused(home)
        for number, name in zip(networks + firewalls, ("blue", "green", "red", "db", "mail", "web")):
            self.assertIn(f"{number} {name}", said)
        for how in ("--network ID", "--network none", "--firewall ID", "slipway server defaults"):
            self.assertIn(how, said)
        self.assertEqual(request_of(self.plan(home, "--network", str(networks[1]), "--firewall", str(firewalls[0]),
                                              "--firewall", str(firewalls[2]))), ([networks[1]], [firewalls[0], firewalls[2]]))
        self.assertIn("no network 5: it has", self.refused(home, "--network", "5", "--firewall", "none"))
        self.assertIn("takes an id", self.refused(home, "--network", "blue"))
        self.assertIn("goes with no other", self.refused(home, "--firewall", "none", "--firewall", "7"))
        # Defaults: they must exist, and each is changed alone.
        unknown = home.slipway("server", "defaults", "--network", "5")
        self.assertEqual(unknown.code, 2, unknown)
        self.assertEqual(home.slipway("server", "defaults", "--network", str(networks[2])).code, 0)
        kept = home.slipway("server", "defaults", "--firewall", str(firewalls[1]), "--json")
        self.assertEqual(kept.json, {"network": networks[2], "firewall": firewalls[1]})
        self.assertEqual(home.slipway("server", "defaults", "--json").json, kept.json)
        self.assertEqual(request_of(self.plan(home)), ([networks[2]], [firewalls[1]]))
        project.drop("networks", networks[2])
        self.assertIn(f"network {networks[2]} does not exist any more", self.refused(home))
        self.assertEqual(home.slipway("server", "defaults", "--network", "none", "--json").json["network"], None)
        self.assertEqual(request_of(self.plan(home)), ([], [firewalls[1]]))
        self.assertEqual(project.made_by_others(), [])

    def test_zones(self):
        """a network without a subnet in the location's zone is refused before anything is ordered; other places are tried"""
        sim = self.sim(ssh=False)
        home, project = self.home(sim), Project(sim)
        ash = project.network("american", zone="us-east")
        said = self.refused(home)
        for word in (f"american ({ash})", "us-east", "nbg1 is in eu-central"):
            self.assertIn(word, said)
        both = self.plan(home, "--location", "nbg1,ash", "--server-type", "cpx11,cpx22", "--network", str(ash))
        self.assertEqual({c["location"] for c in both["candidates"]}, {"ash"})
        project.drop("networks", ash)
        bare = project.network("bare", zone=None)
        self.assertIn("no subnet", self.refused(home))
        self.assertEqual(request_of(self.plan(home, "--network", "none")), ([], []))
        project.drop("networks", bare)
        self.assertIn(f"no network {bare}", self.refused(home, "--network", str(bare)))
        self.assertEqual(project.made_by_others(), [])

    def test_api(self):
        """the API with none, one and three of each: fields network and firewalls, null and [], defaults of the asker"""
        sim = self.sim(ssh=False)
        house, project = self.house(sim), Project(sim)
        order = {"name": "web1", "ssh_pubkey": house.key_pair()[1]}

        def planned(**more):
            return request_of(house.must(200, "POST", "/v1/vms?plan=true", {**order, **more}))

        def refused(**more):
            answer = house.api("POST", "/v1/vms", {**order, **more})
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (422, "application/problem+json"), answer)
            return {e["field"]: e["detail"] for e in answer.json["errors"]}

        self.assertEqual(planned(), ([], []))
        first = project.network("blue"), project.firewall("db")
        self.assertEqual(planned(), ([first[0]], [first[1]]))
        self.assertEqual(planned(network=None, firewalls=[]), ([], []))
        second, third = (project.network("green"), project.firewall("mail")), (project.network("red"), project.firewall("web"))
        errors = refused()
        self.assertEqual(set(errors), {"network", "firewalls"})
        for number in (first[0], second[0], third[0]):
            self.assertIn(str(number), errors["network"])
        self.assertEqual(planned(network=third[0], firewalls=[first[1], third[1]]), ([third[0]], [first[1], third[1]]))
        self.assertEqual(set(refused(network=5, firewalls=[6])), {"network", "firewalls"})
        self.assertEqual(house.api("PUT", "/v1/defaults", {"network": 5}).status, 422)
        house.must(200, "PUT", "/v1/defaults", {"network": second[0], "firewall": None})
        self.assertEqual(house.must(200, "GET", "/v1/defaults"), {"network": second[0], "firewall": None})
        self.assertEqual(planned(), ([second[0]], []))
        # A key that is in the project, in place of a line.
        key = sim.add_key("team", house.key_pair()[1])
        by_key = house.must(200, "POST", "/v1/vms?plan=true", {"name": "web1", "ssh_key": key["id"]})
        self.assertIn("team (MD5:" + key["fingerprint"], by_key["request"]["ssh_keys"][0])
        self.assertEqual(set(e["field"] for e in house.api("POST", "/v1/vms", {"name": "w", "ssh_key": 5}).json["errors"]), {"ssh_key"})
        self.assertEqual(sim.servers(), [])
        catalog = house.must(200, "GET", "/v1/catalog?fresh=true")
        self.assertEqual({n["id"]: n["network_zones"] for n in catalog["networks"]}[second[0]], ["eu-central"])

    def test_gone_after_the_order(self):
        """a network that goes while the VM is on its way: a failure that names it, and nothing is left at Hetzner"""
        sim = self.sim(ssh=False)
        house, project = self.house(sim), Project(sim)
        network = project.network("backend")
        sim.fault("delay", "1500ms:once@POST /ssh_keys")  # the first request of the VM
        vm, = house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})["vms"]
        project.drop("networks", network)

        def failed():
            now = house.must(200, "GET", f"/v1/vms/{vm['id']}")
            self.assertNotEqual(now["state"], "active")
            return now if now["state"] == "failed" else None

        gone = eventually(failed, 60, "its failure")
        self.assertIn(f"network {network}", gone["failure"]["message"])
        self.assertEqual((sim.servers(), sim.keys(), gone["leaked"]), ([], [], []))

    def test_attachment_that_fails(self):
        """a server that cannot be attached after all is not handed over: it is deleted, and so is the key"""
        sim = self.sim("--create-ms", "1500")
        house, project = self.house(sim), Project(sim)
        network = project.network("backend")
        vm, = house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})["vms"]
        eventually(sim.servers, 30, "the server")
        project.drop("networks", network)  # while it is being made
        eventually(lambda: house.must(200, "GET", f"/v1/vms/{vm['id']}")["state"] == "failed", 60, "its failure")
        self.assertEqual((sim.servers(), sim.keys()), ([], []))


if __name__ == "__main__":
    run()
