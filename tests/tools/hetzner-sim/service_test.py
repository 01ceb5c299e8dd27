"""The simulator as a program: projects, rate limit, logs, pages, TLS, its saved state, and its end."""
import json
import os
import signal
import subprocess
import time

from sim import Simulator, main, need_program, until

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01"


def test_projects_are_apart():
    with Simulator("--token", "one", "--token", "two") as sim:
        assert sim.ask("POST", "/v1/networks", {"name": "n", "ip_range": "10.0.0.0/8"}, token="one").status == 201
        assert len(sim.ask("GET", "/v1/networks", token="one").json["networks"]) == 1
        assert sim.ask("GET", "/v1/networks", token="two").json["networks"] == []
        assert sim.ask("GET", "/v1/networks", token="three").status == 401
        assert len(sim.state("0")["networks"]) == 1 and sim.state("1")["networks"] == []
        assert [r["token"] for r in sim.requests()] == [0, 0, 1, None]


def test_the_rate_limit_and_its_headers():
    with Simulator("--rate-limit", "10") as sim:
        before = time.time()
        for left in range(9, -1, -1):
            answer = sim.ask("GET", "/v1/locations", token=TOKEN)
            assert answer.status == 200 and answer.headers["RateLimit-Limit"] == "10"
            assert answer.headers["RateLimit-Remaining"] == str(left), answer.headers["RateLimit-Remaining"]
        assert 3000 < int(answer.headers["RateLimit-Reset"]) - before < 3700  # when it is full, not when it goes on
        refused = sim.ask("GET", "/v1/locations", token=TOKEN)
        assert refused.status == 429 and refused.json["error"]["code"] == "rate_limit_exceeded"
        # As the real one does: half of the token is in the text.
        assert TOKEN[:32] in refused.json["error"]["message"] and TOKEN not in refused.text
        assert sim.ask("GET", "/v1/locations", token="another").status == 200
        assert answer.headers["X-Correlation-Id"] and "Retry-After" not in refused.headers


def test_unknown_paths_come_before_the_token():
    with Simulator("--token", "good") as sim:
        answer = sim.ask("GET", "/v1/nonsense", token=None)
        assert answer.status == 404 and answer.json["error"]["code"] == "not_found"
        assert sim.ask("PUT", "/v1/pricing", token=None).status == 401
        assert sim.ask("PUT", "/v1/pricing", token="good").status == 405
        assert sim.ask("GET", "/elsewhere", token="good").status == 404


def test_pages_and_sorting():
    with Simulator() as sim:
        for i in range(7):
            assert sim.create(f"s{i}").status == 201
        seen, page = [], 1
        while page:
            answer = sim.ask("GET", f"/v1/servers?per_page=3&page={page}&sort=name:desc")
            seen += [s["name"] for s in answer.json["servers"]]
            meta = answer.json["meta"]["pagination"]
            assert meta["total_entries"] == 7 and meta["last_page"] == 3 and meta["per_page"] == 3
            assert ("rel=next" in answer.headers["Link"]) == (page < 3)
            page = meta["next_page"]
        assert seen == [f"s{i}" for i in range(6, -1, -1)], seen
        assert sim.ask("GET", "/v1/servers?per_page=500").json["meta"]["pagination"]["per_page"] == 50
        assert sim.ask("GET", "/v1/servers?page=9").json["servers"] == []


def test_the_log_of_requests_has_no_token():
    with Simulator() as sim:
        sim.ask("GET", "/v1/servers?name=a", token=TOKEN)
        entry = sim.requests()[0]
        assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/v1/servers?name=a", 200)
        assert abs(entry["at_ms"] - time.time() * 1000) < 10_000 and entry["at"].endswith("Z") and entry["ms"] >= 0
        for path in ("/_sim/requests", "/_sim/state"):
            assert TOKEN[:12] not in sim.ask("GET", path).text
        assert sim.ask("DELETE", "/_sim/requests").status == 204 and sim.requests() == []


def test_actions_by_id_and_deleting_while_creating():
    with Simulator("--create-ms", "60000") as sim:
        made = sim.create("a").json
        assert made["server"]["status"] == "initializing" and made["action"]["status"] == "running"
        assert made["action"]["id"] > 2**32
        assert sim.ask("POST", f"/v1/servers/{made['server']['id']}/actions/poweroff").status == 423
        assert sim.ask("GET", f"/v1/actions?id={made['action']['id']}&id=5").json["actions"][0]["status"] == "running"
        gone = sim.ask("DELETE", f"/v1/servers/{made['server']['id']}").json["action"]
        assert gone["command"] == "delete_server"
        until(lambda: sim.server("a") is None, what="no server")
        assert sim.ask("GET", f"/v1/actions/{gone['id']}").json["action"]["status"] == "success"
        assert sim.create("a").status == 201  # the name is free again


def test_tls():
    need_program("openssl")
    with Simulator() as scratch:
        certificate, key = (os.path.join(scratch.directory, n) for n in ("cert.pem", "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True,
                       capture_output=True)
        with Simulator("--tls", certificate, key) as sim:
            assert sim.url.startswith("https://")
            assert sim.create("a").status == 201 and sim.server("a")["name"] == "a"
            assert len(sim.ask("GET", "/v1/images?per_page=50").json["images"]) == 50
            sim.fault("lose_reply", "once")
            try:
                sim.ask("GET", "/v1/servers")
                raise AssertionError("there was an answer")
            except OSError:
                pass
            assert sim.ask("GET", "/v1/servers").status == 200


def test_a_killed_simulator_goes_on_from_its_file():
    with Simulator() as scratch:
        path = os.path.join(scratch.directory, "state.json")
        with Simulator("--state", path, "--token", TOKEN) as sim:
            made = sim.ask("POST", "/v1/servers", {"name": "a", "server_type": "cx23", "image": "debian-12"}, token=TOKEN)
            assert made.status == 201
            sim.stop(signal.SIGKILL)
            with open(path) as f:
                assert TOKEN not in f.read()
            sim.start()
            server = sim.ask("GET", f"/v1/servers/{made.json['server']['id']}", token=TOKEN).json["server"]
            assert server["public_net"] == made.json["server"]["public_net"]
            until(lambda: sim.ask("GET", "/v1/servers?status=running", token=TOKEN).json["servers"], what="running")
            again = sim.ask("POST", "/v1/servers", {"name": "b", "server_type": "cx23", "image": "debian-12"}, token=TOKEN)
            assert again.json["server"]["id"] > server["id"] and again.json["action"]["id"] > made.json["action"]["id"]
        with open(path, "w") as f:
            f.write("{")
        try:
            Simulator("--state", path)
            raise AssertionError("it started from a broken file")
        except AssertionError as e:
            assert "no state of hetzner-sim" in str(e), e


def test_it_ends_at_once_on_a_signal():
    for how in (signal.SIGTERM, signal.SIGINT):
        with Simulator("--fault", "hang=always") as sim:
            began = time.monotonic()
            assert sim.stop(how) == 0 and time.monotonic() - began < 5


def test_many_connections_and_keep_alive():
    with Simulator() as sim:
        import http.client
        connections = [http.client.HTTPConnection(sim.address, timeout=10) for _ in range(50)]
        for _ in range(3):
            for c in connections:
                c.request("GET", "/v1/locations", headers={"Authorization": "Bearer x"})
            for c in connections:
                answer = c.getresponse()
                assert answer.status == 200 and len(json.loads(answer.read())["locations"]) == 6
        for c in connections:
            c.close()


main(globals())
