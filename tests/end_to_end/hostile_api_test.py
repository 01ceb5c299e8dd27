"""An API that was taken over, or never was slipway's: nothing that it answers becomes a path, an option, a line of a file,
or takes a terminal over."""
import http.server
import json
import os
import stat
import threading
import unittest

from harness import SLIPWAY, Home, run
from pseudo_terminal import PseudoTerminal

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# One that takes a terminal over, or turns its text around, in each of its forms.
EVIL = "\x1b]0;title\x07\x9b2J\x9d0;x\u202eesrever\u2066\u200b"
HARMFUL = {"\x1b", "\x07", "\x9b", "\x9d", "\u202e", "\u2066", "\u200b"}
WEB1 = "01a21a1c-99ad-7434-abd9-9838e90c9851"


def web1():
    """The records of an active VM."""
    with open(os.path.join(ROOT, "tests/goldens/0.1/vms.jsonl"), encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return [record for record in records if record.get("stream") == WEB1]


class Api:
    """Answers GET and POST with whatever a test has put under a path; /v1/events with the records of the stream."""

    def __init__(self):
        self.answers, self.records, self.asked = {}, web1(), []
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path, _, query = self.path.partition("?")
                api.asked.append(self.path)
                if path == "/v1/events":
                    after = int(query.rpartition("after=")[2])
                    text = "".join(json.dumps(r) + "\n" for r in api.records if r["seq"] > after)
                else:
                    text = api.answers.get(path, "{}")
                    text = text if isinstance(text, str) else json.dumps(text)
                self.send_response(200)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def record(self, kind):
        return next(r["data"] for r in self.records if r["type"] == kind)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class HostileApi(unittest.TestCase):
    def setUp(self):
        self.api = Api()
        self.addCleanup(self.api.close)
        self.home = Home(None, SLIPWAY_API=self.api.url, SLIPWAY_DATABASE_URL="")
        self.addCleanup(self.home.close)
        self.authorized = self.home.write(".ssh/authorized_keys", "mine\n", 0o600)
        # In place of ssh: says what it was called with.
        os.mkdir(os.path.join(self.home.directory, "bin"))
        self.home.write("bin/ssh", '#!/bin/sh\nprintf "%s\\n" "$@"\n', 0o755)
        self.home.settings["PATH"] = os.path.join(self.home.directory, "bin") + ":" + os.environ["PATH"]

    def files(self):
        """Every file at home but the test's own, with what is in it."""
        out = {}
        for folder, _, names in os.walk(self.home.directory):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    out[path] = file.read()
        return out

    def ssh(self):
        self.api.answers["/v1/vms/web1"] = {"id": WEB1, "name": "web1", "state": "active"}
        return self.home.slipway("server", "ssh", "web1")

    def test_honest(self):
        """an honest answer: ssh is called with -l USER -- HOST, and knows the recorded host key and no other"""
        done = self.ssh()
        self.assertEqual(done.code, 0, str(done.err))
        self.assertEqual(done.out.splitlines()[-4:], ["-l", self.home.environment().get("SLIPWAY_SSH_USER", "root"), "--", "127.96.10.1"])
        known, = [text for path, text in self.files().items() if "/known_hosts-" in path]
        port = self.home.environment()["SLIPWAY_SSH_PORT"]
        self.assertEqual(known.decode(), f"[127.96.10.1]:{port} {self.api.record('activated')['host_keys'][0]}\n")

    def test_id(self):
        """an id that is a path is no path"""
        before = self.files()
        for identity in ("/../../../.ssh/authorized_keys", "../../.ssh/authorized_keys", "x\n", "", 7, None, ["a"]):
            self.api.answers["/v1/vms/web1"] = {"id": identity, "name": "web1", "state": "active"}
            done = self.home.slipway("server", "ssh", "web1")
            self.assertEqual((done.code, done.out), (1, ""), f"{identity}: {done.err}")
        self.assertEqual(self.files(), before)
        self.assertEqual(stat.S_IMODE(os.stat(self.authorized).st_mode), 0o600)

    def test_host_keys(self):
        """a host key that is none becomes no line of known_hosts"""
        before = self.files()
        good = self.api.record("activated")["host_keys"][0]
        for key in ("ssh-ed25519 AAAA", good + "\n* " + good, "@cert-authority * " + good, "\n" * 3, EVIL):
            self.api.record("activated")["host_keys"] = [good, key]
            done = self.ssh()
            self.assertEqual((done.code, done.out), (1, ""), f"{key!r}: {done.err}")
            self.assertIn("host key", done.err)
        self.assertEqual(self.files(), before)

    def test_address(self):
        """an address that is none becomes no argument of ssh, no line of Kamal's file and no command to copy"""
        ran = os.path.join(self.home.directory, "ran")
        path = self.home.write("deploy.yml", "servers:\n  web:\n    - 192.168.0.1\n")
        before = self.files()
        for address in (f"-oProxyCommand=touch {ran}", "1.2.3.4\n  evil: [1]", "example.org", "$(touch ran)", EVIL):
            self.api.record("activated")["address"] = address
            done = self.ssh()
            self.assertEqual((done.code, done.out), (1, ""), f"{address!r}: {done.err}")
            self.assertIn("address", done.err)
            self.assertNotIn("connect", self.home.slipway("server", "show", "web1").out)
            self.api.answers["/v1/vms"] = {"vms": [{"id": WEB1}]}
            done = self.home.slipway("server", "create", "web1", "--kamal", path, "--yes")
            self.assertEqual(done.code, 1, f"{address!r}: {done.err}")
            self.assertIn("was not changed", done.err)
        self.assertEqual(self.files(), before)

    def shows(self, *arguments, code=0):
        """Nothing harmful in what is shown, at a terminal and not."""
        done = self.home.slipway(*arguments)
        self.assertEqual(done.code, code, str(done.err))
        terminal = PseudoTerminal([SLIPWAY, *arguments], self.home.environment(NO_COLOR="1"), self.home.directory)
        self.assertEqual(terminal.ends(), code)
        for text in (done.out, done.err, terminal.raw.decode()):
            self.assertEqual(HARMFUL & set(text), set(), f"{arguments}: {text!r}")
        self.assertIn("esrever", done.out + done.err)
        return done

    def test_terminal(self):
        """control characters, C1 too, and marks that turn text around reach no terminal, in no form of output"""
        made = self.api.record("server_created")
        made["location"], made["server_type"], made["server_name"] = EVIL, EVIL, EVIL
        self.api.record("vm_requested")["spec"]["name"] = EVIL
        self.api.record("vm_requested")["owner"] = EVIL
        vm = {"id": WEB1, "name": EVIL, "state": EVIL, "location": EVIL, "server_type": EVIL, "server_id": 1, "ipv4": EVIL}
        self.api.answers["/v1/vms/web1"] = vm
        self.api.answers["/v1/vms"] = {"vms": [vm]}
        contract = {name: EVIL for name in ("id", "state", "stream", "offering", "provider", "external_id", "instance_ip",
                                            "end_reason", "connection_instructions", "waiting_for")}
        contract.update(host_key_fingerprints=[EVIL], failure={"step": EVIL, "message": EVIL},
                        leaked=[{"kind": EVIL, "id": EVIL, "name": EVIL, "why": EVIL}])
        self.api.answers["/v1/contracts/c"] = contract
        self.api.answers["/v1/contracts"] = {"contracts": [contract]}
        for arguments in (("server", "show", "web1"), ("server", "list"), ("contract", "show", "c"), ("contract", "list")):
            self.shows(*arguments)
            document = json.loads(self.shows(*arguments, "--json").out)
            self.assertEqual((document[0] if isinstance(document, list) else document)["state"], EVIL)
        self.api.answers["/v1/vms"] = {"vms": [{"id": WEB1}]}
        self.shows("server", "create", "web1", "--no-kamal")
        self.api.answers["/v1/vms/web1"] = {"id": EVIL}
        self.home.slipway("server", "show", "web1")

    def test_odd(self):
        """answers of another shape are said to be none: no crash, and no word of a bug"""
        for odd in ("[]", "7", "null", '"x"', "[" * 100_000, '{"vms": 7}', '{"id": {}}', "{"):
            for path in ("/v1/vms/web1", "/v1/vms", "/v1/contracts/c", "/v1/contracts", "/v1/offerings", "/v1/catalog"):
                self.api.answers[path] = odd
            for arguments in (("server", "show", "web1"), ("server", "list"), ("server", "delete", "web1", "--yes"),
                              ("contract", "show", "c"), ("contract", "list"), ("offering", "list"), ("server", "ssh", "web1"),
                              ("catalog", "locations"), ("server", "create", "web1", "--no-kamal")):
                done = self.home.slipway(*arguments)
                self.assertIn(done.code, (0, 1, 3, 4, 5), f"{arguments} {odd[:20]}: {done.err}")
                self.assertNotIn("bug", done.err, f"{arguments} {odd[:20]}")


if __name__ == "__main__":
    run()
