"""slipwayd in a crowd of strangers: whoever is on its machine gets in, and who has no token costs nothing."""
import re
import socket
import unittest

from harness import Case, eventually, run
from house import Daemon

TOKEN = "the-right-token-of-this-daemon"


class Siege(Case):
    def setUp(self):
        self.house = Daemon(None, SLIPWAY_API_TOKEN=TOKEN)
        self.addCleanup(self.house.close)
        self.house.settings["SLIPWAY_LISTEN"] = f"unix:{self.house.socket},127.0.0.1:0"
        self.house.start()
        found = eventually(lambda: re.search(r"listening on 127\.0\.0\.1:([0-9]+)", self.house.log_lines()), what="the port")
        self.port = int(found.group(1))

    def stranger(self, data=b""):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def memory(self):
        with open(f"/proc/{self.house.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(r"VmRSS:\s+([0-9]+) kB", file.read()).group(1)) / 1024

    def test_crowd(self):
        """256 idle connections without a token, again and again: the unix socket answers all the while"""
        for _ in range(3):
            crowd = [self.stranger() for _ in range(256)]
            for _ in range(5):
                self.assertEqual(self.house.api("GET", "/v1/vms").status, 200)
                self.assertEqual(self.house.api("GET", "/readyz").status, 200)
            for client in crowd[::2]:
                client.close()

    def test_bodies(self):
        """250 bodies of a megabyte without a token: 401 for each on its head, and none of them is kept"""
        before = self.memory()
        head = b"POST /v1/vms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
        crowd = [self.stranger(head) for _ in range(250)]
        for client in crowd:
            answer = client.recv(65536)
            self.assertTrue(answer.startswith(b"HTTP/1.1 401 "), answer)
        for client in crowd:
            try:
                client.sendall(b" " * 500_000)
            except OSError:
                pass  # it does not listen any more
        self.assertEqual(self.house.api("GET", "/v1/vms").status, 200)
        self.assertLess(self.memory() - before, 64)

    def test_wrong_token(self):
        """a wrong token is slowed, and said in the log without being shown"""
        client = self.stranger(b"GET /v1/vms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer my-guess-is-this\r\n\r\n")
        eventually(lambda: "wrong token by 127.0.0.1" in self.house.log_lines(), what="the warning")
        self.assertTrue(client.recv(65536).startswith(b"HTTP/1.1 401 "))
        self.assertNotIn("my-guess", self.house.log_lines())
        self.assertNotIn(TOKEN, self.house.log_lines())

    def test_short_token(self):
        """a token of one letter is refused where others can reach the port: exit 78"""
        for token, code in (("a", 78), ("a" * 16, 0)):
            process = self.house.spawn("--check-config", SLIPWAY_LISTEN="0.0.0.0:0", SLIPWAY_API_TOKEN=token)
            self.assertEqual(process.wait(60), code, self.house.log_lines())
        self.assertIn("SLIPWAY_API_TOKEN is too short", self.house.log_lines())
        self.assertIn("is plain HTTP", self.house.log_lines())


if __name__ == "__main__":
    run()
