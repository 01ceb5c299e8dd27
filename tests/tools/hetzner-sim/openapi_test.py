"""Every route of the simulator, errors included, against Hetzner's official OpenAPI document."""
import os

from openapi import Document, Unavailable, check_record
from sim import Simulator, Skip, main, until

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f somebody"


def document():
    try:
        return Document()
    except Unavailable as reason:
        raise Skip(str(reason)) from None


class Checked:
    """Asks the simulator and collects what does not agree with the document."""

    def __init__(self, sim):
        self.sim, self.document, self.problems, self.asked = sim, document(), [], 0

    def __call__(self, status, method, path, body=None, valid=True, **more):
        answer = self.sim.ask(method, "/v1" + path, body, **more)
        assert answer.status == status, (method, path, status, answer.status, answer.text)
        self.asked += 1
        self.problems += self.document.check_answer(method, "/v1" + path, answer.status, answer.text)
        if valid:
            import json
            self.problems += self.document.check_request(method, "/v1" + path, json.dumps(body) if body else "")
        return answer.json if answer.text else None

    def verdict(self):
        assert not self.problems, "\n".join(self.problems)


def test_reading_the_catalogue():
    with Simulator() as sim:
        ask = Checked(sim)
        for name in ("locations", "server_types", "images", "isos", "volumes", "floating_ips", "primary_ips",
                     "placement_groups", "load_balancers", "load_balancer_types", "certificates", "zones", "networks",
                     "firewalls", "ssh_keys", "servers"):
            rows = ask(200, "GET", f"/{name}?page=1&per_page=50")[name]
            if rows:
                ask(200, "GET", f"/{name}/{rows[0]['id']}")
            ask(404, "GET", f"/{name}/999999999")
        ask(200, "GET", "/images?include_deprecated=true&type=system&type=app&sort=name:desc&architecture=arm&page=2")
        ask(200, "GET", "/pricing")
        ask(410, "GET", "/datacenters")
        ask.verdict()


def test_a_server_s_life():
    with Simulator("--boot-ms", "100", "--create-ms", "40") as sim:
        ask = Checked(sim)
        key = ask(201, "POST", "/ssh_keys", {"name": "k", "public_key": KEY, "labels": {"a": "b"}})["ssh_key"]
        ask(200, "GET", f"/ssh_keys?fingerprint={key['fingerprint']}&label_selector=a%3Db")
        ask(200, "PUT", f"/ssh_keys/{key['id']}", {"name": "k2", "labels": {}})
        network = ask(201, "POST", "/networks", {"name": "n", "ip_range": "10.0.0.0/16", "subnets": [
            {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.1.0/24"}]})["network"]
        firewall = ask(201, "POST", "/firewalls", {"name": "f", "rules": [
            {"direction": "in", "protocol": "tcp", "port": "22", "source_ips": ["0.0.0.0/0"]}]})["firewall"]
        made = ask(201, "POST", "/servers", {
            "name": "web1", "server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1", "ssh_keys": ["k2"],
            "labels": {"env": "test"}, "user_data": "#cloud-config\n{}", "networks": [network["id"]],
            "firewalls": [{"firewall": firewall["id"]}], "start_after_create": True, "automount": False,
            "public_net": {"enable_ipv4": True, "enable_ipv6": True}})
        server = made["server"]["id"]
        ids = "&".join(f"id={a['id']}" for a in [made["action"], *made["next_actions"]])
        ask(200, "GET", f"/actions?{ids}")
        until(lambda: all(a["status"] == "success" for a in ask(200, "GET", f"/actions?{ids}")["actions"]))
        until(lambda: ask(200, "GET", f"/servers/{server}")["server"]["status"] == "running")
        ask(200, "GET", f"/actions/{made['action']['id']}")
        ask(200, "GET", f"/servers/{server}/actions?status=success&sort=id:desc")
        ask(200, "GET", f"/servers/{server}/actions/{made['action']['id']}")
        ask(200, "GET", "/servers/actions")
        ask(200, "GET", "/servers?name=web1&status=running&label_selector=env%3Dtest&sort=created:desc&sort=name")
        ask(200, "GET", "/primary_ips")
        ask(200, "GET", "/firewalls")
        ask(200, "GET", f"/networks/{network['id']}")
        ask(200, "PUT", f"/servers/{server}", {"name": "web2", "labels": {"env": "x"}})
        for what in ("shutdown", "poweron", "reboot", "reset", "poweroff"):
            action = ask(201, "POST", f"/servers/{server}/actions/{what}")["action"]["id"]
            until(lambda: ask(200, "GET", f"/actions/{action}")["action"]["status"] == "success")
            until(lambda: ask(200, "GET", f"/servers/{server}")["server"]["status"] in ("running", "off"))
        ask(201, "POST", f"/servers/{server}/actions/change_protection", {"delete": True, "rebuild": True})
        ask(423, "DELETE", f"/servers/{server}")
        ask(201, "POST", f"/servers/{server}/actions/change_protection", {"delete": False, "rebuild": False})
        ask(422, "DELETE", f"/firewalls/{firewall['id']}")
        gone = ask(200, "DELETE", f"/servers/{server}")["action"]["id"]
        until(lambda: ask(200, "GET", f"/actions/{gone}")["action"]["status"] == "success")
        ask(404, "GET", f"/servers/{server}")
        ask(204, "DELETE", f"/ssh_keys/{key['id']}")
        ask(204, "DELETE", f"/networks/{network['id']}")
        ask(204, "DELETE", f"/firewalls/{firewall['id']}")
        ask.verdict()
        assert ask.asked > 40


def test_a_server_without_public_addresses_and_without_keys():
    with Simulator() as sim:
        ask = Checked(sim)
        network = ask(201, "POST", "/networks", {"name": "n", "ip_range": "10.0.0.0/16"})["network"]["id"]
        ask(201, "POST", f"/networks/{network}/actions/add_subnet",
            {"type": "cloud", "network_zone": "eu-central", "ip_range": "10.0.9.0/24"})
        ask(201, "POST", f"/networks/{network}/actions/delete_subnet", {"ip_range": "10.0.9.0/24"})
        ask(201, "POST", f"/networks/{network}/actions/add_subnet", {"type": "cloud", "network_zone": "eu-central"})
        made = ask(201, "POST", "/servers", {
            "name": "a", "server_type": "cax11", "image": "debian-12", "location": "nbg1", "networks": [network],
            "start_after_create": False, "public_net": {"enable_ipv4": False, "enable_ipv6": False}})
        assert [a["command"] for a in made["next_actions"]] == ["attach_to_network"] and made["root_password"]
        assert made["server"]["public_net"]["ipv4"] is None
        ask.verdict()


def test_errors():
    with Simulator("--token", "good") as sim:
        ask = Checked(sim)
        good = {"name": "a", "server_type": "cx23", "image": "debian-12", "location": "nbg1"}

        def error(status, code, *arguments, **more):
            answer = ask(status, *arguments, valid=False, **{"token": "good", **more})
            assert answer["error"]["code"] == code, answer
            return answer["error"]

        error(401, "unauthorized", "GET", "/servers", token=None)
        error(401, "unauthorized", "GET", "/servers", token="wrong")
        error(400, "json_error", "POST", "/servers", "{not json")
        for body, field in [({**good, "name": "a_b"}, "name"), ({**good, "name": "-a"}, "name"),
                            ({k: v for k, v in good.items() if k != "image"}, "image"),
                            ({**good, "server_type": "cx99"}, "server_type"), ({**good, "image": "dos"}, "image"),
                            ({**good, "location": "mars"}, "location"), ({**good, "ssh_keys": [1]}, "ssh_keys"),
                            ({**good, "labels": {"a b": "c"}}, "labels"),
                            ({**good, "user_data": "x" * 32769}, "user_data")]:
            details = error(422, "invalid_input", "POST", "/servers", body)["details"]
            assert details["fields"][0]["name"] == field and details["fields"][0]["messages"], details
        assert error(422, "invalid_input", "POST", "/servers", {**good, "location": "ash"})["details"] == {}
        assert "deprecated" in error(422, "invalid_input", "POST", "/servers", {**good, "server_type": "cx22"})["message"]
        error(412, "resource_unavailable", "POST", "/servers", {**good, "server_type": "cx53", "location": "fsn1"})
        error(422, "invalid_input", "GET", "/servers?label_selector=%2C%2C")
        error(422, "invalid_input", "GET", "/servers?page=x")
        error(422, "invalid_input", "GET", "/actions")
        ask(201, "POST", "/servers", good, token="good")
        assert error(409, "uniqueness_error", "POST", "/servers", good)["details"]["fields"] == [{"name": "name"}]
        ask(201, "POST", "/ssh_keys", {"name": "k", "public_key": KEY}, token="good")
        twice = error(409, "uniqueness_error", "POST", "/ssh_keys", {"name": "other", "public_key": KEY + " again"})
        assert twice["details"]["fields"] == [{"name": "public_key"}]
        error(422, "invalid_input", "POST", "/ssh_keys", {"name": "x", "public_key": "ssh-ed25519 AAAA"})
        error(404, "not_found", "DELETE", "/servers/1")
        error(404, "not_found", "DELETE", "/ssh_keys/1")
        for fault, status, code in [("quota", 403, "resource_limit_exceeded"), ("placement_error", 422, "placement_error"),
                                    ("unavailable", 412, "resource_unavailable"), ("conflict", 409, "conflict"),
                                    ("status_500", 500, "server_error"), ("status_503", 503, "unavailable"),
                                    ("status_504", 504, "timeout"), ("maintenance", 403, "maintenance"),
                                    ("rate_limited", 429, "rate_limit_exceeded")]:
            sim.fault(fault, "once@POST /servers")
            error(status, code, "POST", "/servers", {**good, "name": "b"})
        ask.verdict()


def test_a_recorded_session_is_checked():
    with Simulator() as scratch:
        record = os.path.join(scratch.directory, "record")
        with Simulator("--record", record) as sim:
            sim.create("web1", labels={"a": "b"})
            sim.ask("GET", "/v1/servers?name=web1")
            sim.ask("GET", "/v1/servers?nonsense=1")
            sim.create("web2", start_after_create="yes")
            with open(record) as f:
                assert "test-token" not in f.read()
        problems, seen = check_record(document(), record)
        assert seen == 4 and len(problems) == 1 and "nonsense" in problems[0], problems


main(globals())
