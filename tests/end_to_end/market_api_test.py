"""The API of a running slipwayd, as others use it: offerings that cannot be had, direct VMs, the live feed, systemd."""
import collections
import json
import os
import random
import re
import socket
import subprocess
import threading
import time

from harness import Case, eventually, run
from house import Daemon, UnixConnection


class Api(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def test_offerings(self):
        """an offering is held against the live catalog, and every wrong field is named at once"""
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        house.provider()

        def fields(**config):
            answer = house.api("PUT", "/v1/offerings/x", {
                "provider": "p1", "infra_backend": "hetzner",
                "infra_config": {"server_type": "cx23", "location": "nbg1", "image": "ubuntu-24.04", **config}})
            self.assertEqual(answer.status, 422, answer)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            return sorted(error["field"] for error in answer.json["errors"])

        self.assertEqual(fields(server_type="cx99", location="mars", image="dos"),
                         ["infra_config.image", "infra_config.location", "infra_config.server_type"])
        self.assertEqual(fields(server_type="cpx11"), ["infra_config.server_type"])  # sold elsewhere only
        self.assertEqual(house.api("GET", "/v1/offerings/x").status, 404)
        house.offering("arm", server_type="cax11")
        self.assertEqual(house.must(200, "GET", "/v1/offerings/arm")["infra_config"]["server_type"], "cax11")
        unknown = house.api("PUT", "/v1/offerings/x", {
            "provider": "nobody", "infra_backend": "hetzner",
            "infra_config": {"server_type": "cx23", "location": "nbg1", "image": "ubuntu-24.04"}})
        self.assertEqual((unknown.status, unknown.json["errors"][0]["field"]), (422, "provider"))
        catalog_reads = [r for r in sim.requests() if r["path"].startswith("/v1/server_types")]
        self.assertLessEqual(len(catalog_reads), 2, "one catalog, however many offerings are checked")

    def test_token_is_checked(self):
        """a token that Hetzner refuses is not stored; one that cannot be checked is not stored either"""
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        answer = house.api("PUT", "/v1/providers/p1", {"hetzner_token": "not-a-token"})
        self.assertEqual((answer.status, answer.json["errors"][0]["field"]), (422, "hetzner_token"))
        sim.fault("status_503", "always")
        self.assertEqual(house.api("PUT", "/v1/providers/p1", {"hetzner_token": sim.token}).status, 502)
        self.assertEqual(house.api("GET", "/v1/providers/p1").status, 404)

    def test_direct_vms(self):
        """VMs without a contract: several with one request, the same request again is the same VMs, deleted by name"""
        sim = self.sim()
        house = self.house(sim, HCLOUD_TOKEN=sim.token).start()
        body = {"name": "web", "count": 2, "ssh_pubkey": house.key_pair()[1]}
        first = house.must(202, "POST", "/v1/vms", body, Idempotency_Key="v-1")["vms"]
        again = house.must(202, "POST", "/v1/vms", body, Idempotency_Key="v-1")["vms"]
        self.assertEqual([v["id"] for v in first], [v["id"] for v in again])
        self.assertEqual([v["name"] for v in first], ["web", "web1"])
        self.assertEqual(house.api("POST", "/v1/vms", body).status, 409)
        for name in ("web", "web1"):
            eventually(lambda: house.must(200, "GET", f"/v1/vms/{name}")["state"] == "active", 30, name)
        self.assertEqual(len(sim.servers()), 2)
        self.assertEqual(house.api("GET", f"/v1/contracts/{first[0]['id']}").status, 404, "a VM is no contract")
        self.assertEqual(house.api("DELETE", "/v1/vms/web").status, 202)
        house.must(202, "DELETE", f"/v1/vms/{first[1]['id']}")
        eventually(lambda: (sim.servers(), sim.keys()) == ([], []), 30, "the end of both")
        self.assertEqual(house.api("DELETE", "/v1/vms/nobody").status, 404)

    def test_ends_before_it_begins(self):
        """a contract that would have ended already is refused, with the field"""
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        house.provider()
        house.offering()
        answer = house.api("POST", "/v1/contracts", {"offering": "small", "ssh_pubkey": house.key_pair()[1],
                                                     "expires_at": "2020-01-01T00:00:00Z"})
        self.assertEqual((answer.status, answer.json["errors"][0]["field"]), (422, "expires_at"))

    def test_live_feed(self):
        """the live feed shows each event once and in order; resumed with Last-Event-ID it goes on, also after a kill"""
        sim = self.sim()
        house = self.house(sim).start()
        house.provider()
        house.offering()
        seen = []

        def follow(last):
            connection = UnixConnection(house.socket, 30)
            headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(last)} if last else {})
            connection.request("GET", "/v1/events", headers=headers)
            answer = connection.getresponse()
            try:
                for line in answer:
                    if line.startswith(b"id:"):
                        seen.append(int(line[3:]))
            except OSError:
                pass
            finally:
                connection.close()

        first = threading.Thread(target=follow, args=(0,), daemon=True)
        first.start()
        house.contract("c-1")
        house.wait("c-1", "active")
        total = house.events()[-1]["seq"]
        eventually(lambda: len(seen) == total, what="every event in the feed")
        house.kill()
        first.join(20)
        house.start()
        threading.Thread(target=follow, args=(seen[-1],), daemon=True).start()
        house.end("c-1")
        house.wait("c-1", "terminated")
        total = house.events()[-1]["seq"]
        eventually(lambda: len(seen) >= total, what="the rest of the events")
        self.assertEqual(seen, list(range(1, total + 1)))

    def test_nonsense(self):
        """whatever is sent: a 4xx problem document or a closed connection, the daemon lives, and nothing is stored"""
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        house.provider()
        house.offering()
        before = (house.events(), house.api("GET", "/v1/offerings").text, house.api("GET", "/v1/contracts").text)
        seed = int(os.environ.get("SLIPWAY_TEST_SEED", time.time_ns() % 1_000_000))
        print(f"# seed {seed} (SLIPWAY_TEST_SEED repeats it)")
        dice = random.Random(seed)
        # A contract for an offering that does not exist: whatever becomes of it, it cannot be taken.
        body = json.dumps({"id": "x", "offering": "nothing", "ssh_pubkey": house.key_pair()[1]}).encode()
        good = (b"POST /v1/contracts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Idempotency-Key: k\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
        statuses = collections.Counter()
        for _ in range(400):
            sent = bytearray(good)
            for _ in range(dice.randint(1, 8)):
                at = dice.randrange(len(sent))
                how = dice.randrange(4)
                if how == 0:
                    sent[at] = dice.randrange(256)
                elif how == 1:
                    del sent[at:at + dice.randint(1, 20)]
                elif how == 2:
                    sent[at:at] = dice.choice([b"\0", b"\r\n", b": ", b"\xff", b"{", b'"', b"Content-Length: 3\r\n", b"%00"])
                else:
                    sent[at:at] = bytes(sent[at:at + dice.randint(1, 40)])
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(20)
                client.connect(house.socket)
                try:
                    client.sendall(sent)
                    client.shutdown(socket.SHUT_WR)
                    answer = b""
                    while piece := client.recv(65536):
                        answer += piece
                except (BrokenPipeError, ConnectionResetError):
                    continue
            for status in re.findall(rb"^HTTP/1\.1 (\d+) ", answer, re.MULTILINE):
                statuses[int(status)] += 1
                refused = int(status) // 100 == 4 or int(status) in (501, 505)  # HTTP's own words for what it is not
                self.assertTrue(refused, f"seed {seed}: {bytes(sent)!r} -> {answer!r}")
            if answer:
                self.assertIn(b"application/problem+json", answer, f"seed {seed}: {bytes(sent)!r}")
        print(f"# {dict(statuses)}")
        self.assertGreater(len(statuses), 2)
        after = (house.events(), house.api("GET", "/v1/offerings").text, house.api("GET", "/v1/contracts").text)
        self.assertEqual(before, after)
        self.assertEqual(house.stop(), 0)

    def test_systemd(self):
        """systemd is told when it is ready, that it lives, and that it stops"""
        sim = self.sim(ssh=False)
        house = self.house(sim)
        path = os.path.join(house.directory, "notify.sock")
        told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(told.close)
        told.bind(path)
        told.settimeout(20)
        house.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
        self.assertIn("READY=1", told.recv(4096).decode())
        self.assertEqual(told.recv(4096), b"WATCHDOG=1")
        self.assertEqual(house.stop(), 0)
        rest = b""
        while b"STOPPING=1" not in rest:
            rest = told.recv(4096)

    def test_second_daemon(self):
        """a second daemon on the same database is refused, and the first goes on"""
        sim = self.sim(ssh=False)
        house = self.house(sim).start()
        second = subprocess.run([house.process.args[0]], env=house.environment(SLIPWAY_LISTEN="127.0.0.1:0"),
                                capture_output=True, text=True, timeout=30)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("slipway", second.stderr)
        self.assertEqual(house.api("GET", "/readyz").status, 200)


if __name__ == "__main__":
    run()
