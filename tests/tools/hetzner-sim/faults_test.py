"""Every fault does what the table in faults.cpp says, set at the start or while the simulator runs."""
import http.client
import os
import socket
import subprocess
import time

from sim import PROGRAM, Simulator, main, until

SERVER = {"server_type": "cx23", "image": "ubuntu-24.04", "location": "nbg1"}


def dropped(sim, *arguments):
    try:
        sim.ask(*arguments)
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return True
    return False


def silent(sim, *arguments):
    try:
        sim.ask(*arguments, timeout=0.4)
    except (TimeoutError, socket.timeout):
        return True
    return False


def names(sim):
    return [s["name"] for s in sim.ask("GET", "/v1/servers").json["servers"]]


def test_lost_requests_and_lost_replies():
    with Simulator("--fault", "lose_reply=once@POST /servers") as sim:
        assert dropped(sim, "POST", "/v1/servers", {"name": "a", **SERVER})
        assert names(sim) == ["a"]
        sim.fault("lose_request", "2@POST /servers")
        assert dropped(sim, "POST", "/v1/servers", {"name": "b", **SERVER})
        assert dropped(sim, "POST", "/v1/servers", {"name": "b", **SERVER})
        assert names(sim) == ["a"]
        assert sim.create("b").status == 201
        assert [r["status"] for r in sim.requests() if r["method"] == "POST"] == [None, None, None, 201]


def test_faults_of_one_server():
    with Simulator() as sim:
        sim.fault("lose_reply", "once@b")
        made = sim.create("a").json
        assert dropped(sim, "POST", "/v1/servers", {"name": "b", **SERVER})
        sim.fault("status_500", "once@DELETE /servers@a")
        assert sim.ask("DELETE", f"/v1/servers/{sim.server('b')['id']}").status == 200
        assert sim.ask("DELETE", f"/v1/servers/{made['server']['id']}").status == 500


def test_a_late_creation():
    with Simulator() as sim:
        sim.fault("late_create", "300ms:once")
        began = time.monotonic()
        assert dropped(sim, "POST", "/v1/servers", {"name": "a", **SERVER})
        assert names(sim) == []
        until(lambda: names(sim) == ["a"], what="the late server")
        assert time.monotonic() - began >= 0.3


def test_hanging_and_slow_answers():
    with Simulator() as sim:
        sim.fault("hang", "once@POST /servers")
        assert silent(sim, "POST", "/v1/servers", {"name": "a", **SERVER})
        assert names(sim) == []
        sim.fault("hang_after", "once@POST /servers")
        assert silent(sim, "POST", "/v1/servers", {"name": "a", **SERVER})
        assert names(sim) == ["a"]
        sim.fault("delay", "250ms:once@GET /servers")
        began = time.monotonic()
        names(sim)
        assert time.monotonic() - began >= 0.25


def test_statuses():
    expected = {"status_500": (500, "server_error"), "status_503": (503, "unavailable"), "status_504": (504, "timeout"),
                "rate_limited": (429, "rate_limit_exceeded"), "unauthorized": (401, "unauthorized"),
                "forbidden": (403, "forbidden"), "maintenance": (403, "maintenance"), "conflict": (409, "conflict")}
    with Simulator() as sim:
        for fault, (status, code) in expected.items():
            sim.fault(fault, "1")
            answer = sim.ask("GET", "/v1/servers")
            assert (answer.status, answer.json["error"]["code"]) == (status, code), (fault, answer.text)
            assert sim.ask("GET", "/v1/servers").status == 200
        sim.fault("status_502")
        answer = sim.ask("GET", "/v1/servers")
        assert answer.status == 502 and "html" in answer.headers["Content-Type"]
        sim.fault("done_504", "once@POST /servers")
        assert sim.create("a").status == 504 and names(sim) == ["a"]
        sim.fault("bad_json", "once")
        answer = sim.ask("GET", "/v1/servers")
        try:
            answer.json
            raise AssertionError("the answer is whole")
        except ValueError:
            pass


def test_creations_that_are_refused():
    with Simulator() as sim:
        for fault, status, code in [("quota", 403, "resource_limit_exceeded"), ("placement_error", 422, "placement_error"),
                                    ("unavailable", 412, "resource_unavailable")]:
            sim.fault(fault)
            answer = sim.create("a")
            assert (answer.status, answer.json["error"]["code"]) == (status, code), answer.text
        assert names(sim) == []
        sim.fault("unavailable", "always@nbg1")
        assert sim.create("a").status == 412
        assert sim.create("a", location="hel1").status == 201
        sim.fault("quota", "always@cax11")
        assert sim.create("b", server_type="cax11", location="fsn1").status == 403


def test_creations_that_go_wrong_later():
    with Simulator("--create-ms", "30", "--boot-ms", "60") as sim:
        def actions_of(made):
            ids = "&".join(f"id={a['id']}" for a in [made["action"], *made["next_actions"]])
            return [a["status"] for a in sim.ask("GET", "/v1/actions?" + ids).json["actions"]]

        sim.fault("create_action_fails", "once@a")
        sim.fault("start_action_fails", "once@b")
        sim.fault("never_running", "once@c")
        sim.fault("no_public_ip", "once@d")
        made = {name: sim.create(name).json for name in "abcd"}
        until(lambda: actions_of(made["a"]) == ["error", "error"], what="a")
        until(lambda: actions_of(made["b"]) == ["success", "error"] and sim.server("b")["status"] == "off", what="b")
        until(lambda: actions_of(made["c"]) == ["success", "success"], what="c")
        sim.wait_running("d")
        assert sim.server("c")["status"] == "starting"
        assert made["d"]["server"]["public_net"]["ipv4"] is None


def test_deletions_that_are_refused():
    with Simulator() as sim:
        server = sim.create("a").json["server"]["id"]
        for fault in ("locked", "protected"):
            sim.fault(fault)
            answer = sim.ask("DELETE", f"/v1/servers/{server}")
            assert (answer.status, answer.json["error"]["code"]) == (423, fault), answer.text
        assert sim.ask("DELETE", f"/v1/servers/{server}").status == 200
        assert sim.ask("DELETE", f"/v1/servers/{server}").status in (404, 423)


def test_probabilities_are_seeded_and_filters_filter():
    def run():
        with Simulator("--seed", "7", "--fault", "status_500=p0.5@GET /servers") as sim:
            assert sim.ask("GET", "/v1/locations").status == 200
            return [sim.ask("GET", "/v1/servers").status for _ in range(40)]

    first = run()
    assert 5 < first.count(500) < 35 and run() == first


def test_a_vanished_server():
    with Simulator() as sim:
        sim.create("a")
        sim.create("b")
        sim.fault("vanish", "once@b")
        assert names(sim) == ["a"]


def test_mistakes_are_named():
    with Simulator() as sim:
        assert sim.ask("POST", "/_sim/faults", {"name": "gremlins"}).status == 400
        assert sim.ask("POST", "/_sim/faults", {"name": "quota", "spec": "often"}).status == 400
        assert sim.ask("POST", "/_sim/faults", {"name": "delay", "spec": "once"}).status == 400
        sim.fault("hang", "always")
        assert len(sim.ask("GET", "/_sim/faults").json["faults"]) == 1
        assert sim.ask("DELETE", "/_sim/faults").status == 204
        assert sim.ask("GET", "/v1/servers").status == 200
    for arguments in (["--listen", "127.0.0.1:0", "--fault", "gremlins=once"], ["--listen", "nowhere"], [],
                      ["--listen", "127.0.0.1:0", "--nonsense"], ["--listen", "127.0.0.1:0", "--ssh-base", "10.0.0.0"]):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=10)
        assert done.returncode == 2 and done.stderr and not done.stdout, (arguments, done)
    done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0 and "ssh_wrong_host_key" in done.stdout


main(globals())
