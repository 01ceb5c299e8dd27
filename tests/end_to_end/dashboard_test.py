"""slipway dashboard: the page by a link that works once, for a daemon that does what is asked for and for a database that
nobody serves."""
import http.client
import json
import os
import re
import signal
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import PATIENCE, Case, eventually, run  # noqa: E402
from house import Daemon  # noqa: E402


class Browser:
    """As the page does it: what the link carries is exchanged, and shown with each request."""

    def __init__(self, link):
        self.port, self.carried = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#link=([0-9a-f]{64})", link).groups()
        self.token = None

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=30 * PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        if sent.get("Accept") == "text/event-stream" and answer.status == 200:
            return answer  # it goes on
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def open(self):
        answer = self.ask("POST", "/dashboard/session", {"link": self.carried})
        if answer.status == 200:
            self.token = json.loads(answer.text)["token"]
        return answer


class Feed:
    """Server-sent events, read as they come."""

    def __init__(self, browser, after):
        self.answer = browser.ask("GET", "/v1/events", Accept="text/event-stream", Last_Event_ID=str(after))
        assert self.answer.status == 200, self.answer.text
        self.records = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.answer:
            if line.startswith(b"data: "):
                self.records.append(json.loads(line[6:]))

    def types(self):
        return [record["type"] for record in self.records]


class Dashboard(Case):
    def dashboard(self, home, *arguments, **more):
        process = home.start("dashboard", *arguments, **more)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        link = process.stdout.readline().strip()
        self.assertTrue(link, link or process.stderr.read())
        return process, Browser(link)

    def test_once(self):
        """the link works once; without its session there is nothing but the page's own files; Ctrl-C ends it well"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        process, browser = self.dashboard(home)
        self.assertEqual(browser.ask("GET", "/").status, 200)
        self.assertEqual(browser.ask("GET", "/web/main.js").status, 200)
        for method, path in (("GET", "/v1/vms"), ("GET", "/v1/overview"), ("DELETE", "/v1/vms/web1"), ("GET", "/metrics")):
            self.assertEqual(browser.ask(method, path).status, 403, path)
        self.assertEqual(browser.ask("POST", "/dashboard/session", {"link": "0" * 64}).status, 403)
        self.assertEqual(browser.ask("POST", "/dashboard/session", {"link": ""}).status, 403)
        self.assertEqual(browser.ask("POST", "/dashboard/session", ["link"]).status, 403)
        self.assertEqual(browser.ask("GET", "/dashboard/session").status, 405)

        self.assertEqual(browser.open().status, 200)
        self.assertEqual(json.loads(browser.ask("GET", "/v1/vms/web1").text)["state"], "active")
        second = Browser(f"http://127.0.0.1:{browser.port}/#link={browser.carried}")
        refused = second.open()
        self.assertEqual(refused.status, 403)
        self.assertIn("Run slipway dashboard again", json.loads(refused.text)["detail"])
        second.token = browser.carried  # nor is it the session's token
        self.assertEqual(second.ask("GET", "/v1/vms").status, 403)
        self.assertEqual(json.loads(browser.ask("GET", "/v1/vms/web1").text)["state"], "active")  # the first goes on

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=15 * PATIENCE)
        self.assertEqual((process.returncode, out), (0, ""), err)
        self.assertIn("changes nothing", err)
        self.assertNotIn(browser.carried, err)

    def test_database(self):
        """of a database alone: what others write is shown as it comes, nothing is changed, and nobody is kept from writing"""
        sim = self.sim()
        home = self.home(sim)
        self.assertEqual(home.slipway("dashboard").code, 3)  # there is none yet
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        _, browser = self.dashboard(home)
        browser.open()
        last = json.loads(browser.ask("GET", "/v1/overview").text)["last_seq"]
        feed = Feed(browser, last)
        refused = browser.ask("DELETE", "/v1/vms/web1")
        self.assertEqual(refused.status, 409, refused.text)
        self.assertEqual(home.slipway("server", "create", "web2", "--no-kamal").code, 0)
        eventually(lambda: "activated" in feed.types(), 10, "the news of web2")
        self.assertEqual(feed.records[0]["seq"], last + 1)
        self.assertEqual(feed.types()[0], "vm_requested")
        self.assertEqual(browser.ask("GET", "/v1/events", Accept="text/event-stream", Last_Event_ID="100000").status, 410)
        self.assertEqual(len(sim.servers()), 2)
        self.assert_log_verifies(home)

    def test_daemon(self):
        """of a daemon: its own token stays here, what is asked for is done, and the feed follows"""
        sim = self.sim()
        token = "dashboard0test0token0dashboard0t"
        house = Daemon(sim, HCLOUD_TOKEN=sim.token, SLIPWAY_API_TOKEN=token, SLIPWAY_LISTEN="127.0.0.1:0")
        self.addCleanup(house.close)
        house.spawn()
        port = eventually(lambda: re.search(r"listening on 127\.0\.0\.1:(\d+)", house.log_lines()), 20, "slipwayd").group(1)
        home = self.home(sim, SLIPWAY_API=f"http://127.0.0.1:{port}", SLIPWAY_API_TOKEN=token)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        refused = home.slipway("dashboard", SLIPWAY_API_TOKEN="another0token0another0token0anot")
        self.assertEqual((refused.code, refused.out), (4, ""), str(refused))
        process, browser = self.dashboard(home)
        browser.open()
        self.assertNotEqual(browser.token, token)
        feed = Feed(browser, json.loads(browser.ask("GET", "/v1/overview").text)["last_seq"])
        story = json.loads(browser.ask("GET", "/v1/vms/web1/story").text)
        self.assertEqual([action["name"] for action in story["actions"]], ["delete"])
        done = browser.ask("DELETE", "/v1/vms/web1")
        self.assertEqual(done.status, 202, done.text)
        eventually(lambda: "terminated" in feed.types(), 20, "the end of web1")
        self.assertEqual(sim.servers(), [])
        ordered = browser.ask("POST", "/v1/vms", {"name": "web2", "ssh_pubkey": open(home.key + ".pub").read()},
                              Idempotency_Key="once-and-no-more")
        self.assertEqual(ordered.status, 202, ordered.text)
        house.kill()
        answer = browser.ask("GET", "/v1/vms")
        self.assertEqual(answer.status, 502, answer.text)
        self.assertIn("the daemon cannot be reached", json.loads(answer.text)["detail"])
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(15 * PATIENCE), 0)


if __name__ == "__main__":
    run()
