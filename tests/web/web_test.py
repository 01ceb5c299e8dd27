"""The web page in a real browser: every view and action against a real slipwayd and hetzner-sim.

web_test.py DIRECTORY     where the browser's driver comes from the npm registry, once. Skipped without Chromium, node or npm
"""
import socket
import sys

from served import TOKEN, Served, begin, free_port
from harness import eventually, run

browser = None  # one for all tests


class Page(Served):
    # ---- who may see it

    def test_token(self):
        """the page needs no token and holds no data; the API's is asked for once, refused when wrong, kept for the tab alone"""
        house = self.house()
        house.offering()
        self.open(token=None)
        browser.sees(text="This daemon asks for its API token")
        self.assertEqual(browser.count(of=".row"), 0)
        browser.fill(label="API token", text="wrong" * 4)
        browser.press(key="Enter")
        browser.sees(text="That token was not the right one.")
        browser.fill(label="API token", text=TOKEN)
        browser.press(key="Enter")
        browser.sees(text="There is no contract and no VM yet.")
        self.assertEqual(browser.kept()["session"], TOKEN)
        self.assertNotIn(TOKEN, str(browser.kept()["local"]))
        self.assertNotIn(TOKEN, browser.address())
        browser.reload()
        browser.sees(text="There is no contract and no VM yet.")
        self.assertEqual(browser.count(of="dialog"), 0)
        self.quiet("401")
        browser.click(role="button", name="Forget the token")
        browser.sees(text="This daemon asks for its API token")
        self.assertEqual(browser.kept()["session"], None)

    def test_loopback(self):
        """without a token, on loopback, the page reads and acts: its own origin is let in, another one's is not"""
        house = self.house(token="")
        house.offering()
        house.contract("c-1")
        house.wait("c-1", "active")
        self.open("?text=c-1", token=None)
        browser.click(role="link", name="c-1")
        browser.click(role="button", name="Cancel")
        browser.click(role="button", name="Cancel", within="dialog")
        house.wait("c-1", "terminated")
        browser.sees(text="terminated", within=".head")
        self.quiet()
        answer = house.api("GET", "/v1/overview")
        self.assertEqual(answer.status, 200)

    def test_headers(self):
        """the files: content type, strong ETag and 304, HEAD, a strict policy; what is no file is the API's 404"""
        house = self.house()
        page = house.api("GET", "/")
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        policy = page.headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'self';"), policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(page.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(page.headers["Cache-Control"], "no-cache")
        self.assertEqual(house.api("GET", "/", If_None_Match=page.headers["ETag"]).status, 304)
        self.assertEqual(house.api("HEAD", "/web/main.js").headers["Content-Type"], "text/javascript; charset=utf-8")
        self.assertEqual(house.api("HEAD", "/web/main.js").text, "")
        self.assertEqual(house.api("POST", "/", "").status, 405)
        for path in ("/web/", "/web/none.js", "/web/../etc/passwd", "/index.html"):
            self.assertEqual(house.api("GET", path).status, 404, path)

    # ---- the fleet

    def test_fleet(self):
        """the fleet: rows, counters, filters that live in the address, and what happens elsewhere shown as it happens"""
        house = self.house()
        house.provider("p2")
        house.offering()
        house.offering("big", "p2", server_type="cx33", location="fsn1")
        for name, offering in (("c-1", "small"), ("c-2", "small"), ("d-1", "big")):
            house.contract(name, offering=offering)
        for name in ("c-1", "c-2", "d-1"):
            house.wait(name, "active")
        house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})
        eventually(lambda: house.must(200, "GET", "/v1/vms/web1")["state"] == "active", 30, "web1")
        house.end("c-2")
        house.wait("c-2", "terminated")

        self.open()
        self.names("c-1", "d-1", "web1")
        self.texts(".cell.where", ["active"] * 3)
        self.texts(".cell.server", ["cx23, nbg1", "cx33, fsn1", "cx23, nbg1"])
        eventually(lambda: "€" in browser.texts(of=".cell.price")[0], 10, "a price")
        self.texts(".counters a[aria-current] b", ["3"])
        browser.click(role="link", name="terminated")
        self.names("c-2")
        self.address("state=terminated")
        browser.click(role="link", name="all")
        self.names("c-1", "c-2", "d-1", "web1")
        browser.fill(label="Provider", text="p2")
        self.names("d-1")
        self.address("state=any", "provider=p2")
        browser.reload()  # the address is all that is needed
        self.names("d-1")
        browser.fill(label="Provider", text="")
        browser.fill(label="Text", text="C-")  # in the middle of many an id
        self.names("c-1", "c-2")
        browser.fill(label="Text", text=house.must(200, "GET", "/v1/vms/web1")["id"][-12:])
        self.names("web1")
        browser.fill(label="Text", text="nothing like it")
        browser.sees(text="Nothing matches these filters.")
        browser.fill(label="Text", text="")
        browser.select(label="Kind", value="vm")
        self.names("web1")
        browser.select(label="Kind", value="")
        browser.click(role="link", name="Fleet")
        self.names("c-1", "d-1", "web1")
        house.contract("c-3")
        self.names("c-1", "d-1", "web1", "c-3")
        self.texts(".cell.where", ["active"] * 4, 30)
        browser.click(role="link", name="d-1")
        browser.sees(text="Why it is there")
        browser.back()
        self.names("c-1", "d-1", "web1", "c-3")
        self.quiet()

    def test_many(self):
        """pages by key: of some hundred rows only those seen are in the document, and all are reached"""
        house = self.house("--fault", "unavailable=always")
        for first in range(3):
            house.must(202, "POST", "/v1/vms", {"name": f"m{first}-x", "ssh_pubkey": house.key_pair()[1], "count": 80})
        self.open("?state=any")
        eventually(lambda: browser.count(of=".body .row") > 10, 20, "rows")
        self.assertLess(browser.count(of=".body .row"), 60)
        self.assertTrue(browser.text(of=".told").startswith("200 shown, more as you scroll"), browser.text(of=".told"))
        # The second page comes when the first one's end is near.
        eventually(lambda: browser.scroll(to=10**6) or browser.text(of=".told").startswith("240 shown."), 20, "all 240")
        eventually(lambda: browser.scroll(to=10**6) or browser.count(of=".row[aria-rowindex='241']") == 1, 10, "the last row")
        self.assertLess(browser.count(of=".body .row"), 60)
        self.quiet()

    # ---- one of them

    def test_one(self):
        """one contract: why, the way it took, its recipe's output as it comes, what happened with attempts folded, an
        earlier moment, and an action that asks first"""
        house = self.house("--fault", "status_503=once@POST /servers")
        gate = free_port()  # it is open when somebody listens there
        house.offering(recipe="#!/bin/bash\necho first words\n"
                              f"until (exec 3<>/dev/tcp/127.0.0.1/{gate}) 2>/dev/null; do sleep 0.1; done\necho last words\n")
        house.contract("c-1")
        house.wait("c-1", "ssh_ready")
        self.open()
        browser.click(role="link", name="c-1")
        browser.sees(text="first words", within=".output")
        browser.sees(text="running", within=".recipe")
        browser.sees(text="SSH answers on server", within=".why")
        self.enterContext(socket.create_server(("127.0.0.1", gate)))
        browser.sees(text="last words", within=".output")
        browser.sees(text="exit code 0", within=".recipe")
        browser.sees(text="active", within=".head")
        browser.sees(text="It is in its owner's hands", within=".why")
        self.assertIn("accepted", browser.attribute(of=".machine", name="aria-label"))
        self.assertEqual(browser.count(of=".machine .now"), 1)
        self.assertEqual(browser.texts(of=".machine .now text")[0], "active")
        self.assertEqual(browser.count(of=".machine .taken"), 5)

        browser.sees(text="attempt", within=".timeline")
        self.assertEqual(browser.count(of=".attempts details[open]"), 0)
        failed = browser.texts(of=".attempts > details > summary")
        self.assertTrue(any("1 failed: create_server" in line for line in failed), failed)
        browser.openDetails(of=".attempts > details > summary")
        eventually(lambda: browser.count(of=".attempts details[open]") == 1, 5, "an open fold")
        browser.openDetails(of=".attempts .record > summary")
        browser.sees(text='"step_started"', within=".attempts .record pre")

        browser.slide(label="As of event", value=1)
        browser.sees(text="accepted", within=".head")
        browser.sees(text="Why it was there")
        self.address("version=1")
        self.assertEqual(browser.count(of=".acts button"), 0)
        browser.click(role="link", name="back to now")
        browser.sees(text="active", within=".head")

        browser.click(role="button", name="Cancel")
        browser.sees(text="is deleted with all that is on it, for good", within="dialog")
        browser.sees(text="a month, net", within="dialog")
        browser.click(role="button", name="Leave it", within="dialog")
        self.assertEqual(house.show("c-1")["state"], "active")
        self.assertEqual(browser.focused(), "Cancel")
        browser.click(role="button", name="Payment failed")
        browser.click(role="button", name="Payment failed", within="dialog")
        browser.sees(text="terminated", within=".head")
        browser.sees(text="payment_failed", within=".why")
        self.texts(".acts button", [])
        self.quiet()

    def test_stuck(self):
        """what is stuck says why, in which step, and what to do; a VM is deleted while it is on its way; so does one that failed"""
        house = self.house("--fault", "status_503=always@POST /servers")
        house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})
        self.open("?text=web1")
        eventually(lambda: browser.texts(of=".cell.waits")[0].startswith("the next attempt at create_server"), 20, "what it waits for")
        browser.click(role="link", name="web1")
        browser.sees(text="create_server failed (server_error)", within=".why")
        browser.sees(text="it is tried again by itself", within=".to-do")
        browser.click(role="link", name="Money and trust")
        browser.sees(text="web1", within=".card")
        browser.click(role="link", name="web1")
        browser.click(role="button", name="Delete")
        browser.sees(text="It is no longer made", within="dialog")
        browser.click(role="button", name="Delete", within="dialog")
        browser.sees(text="terminated", within=".head")
        house.sim.clear_faults()
        house.sim.fault("unavailable", "always")
        house.must(202, "POST", "/v1/vms", {"name": "web2", "ssh_pubkey": house.key_pair()[1]})
        eventually(lambda: house.must(200, "GET", "/v1/vms/web2")["state"] == "failed", 30, "web2's failure")
        browser.goto(url=self.url + "/?state=failed")
        browser.click(role="link", name="web2")
        browser.sees(text="It could not be made: create_server failed (unavailable)", within=".why")
        browser.sees(text="Order another server type or location", within=".to-do")
        self.texts(".acts button", [])
        self.quiet()

    def test_overdue(self):
        """what takes longer than usual is marked in the fleet, on its page and among what is to be looked at, until it goes on"""
        house = self.house("--fault", "rate_limited=always@POST /servers", HCLOUD_TOKEN="", SLIPWAY_OVERDUE_AFTER_SECS=4)
        house.offering()
        self.open("?view=money")
        browser.sees(text="Whatever is on its way has been where it is for no longer than usual.")
        house.contract("c-1")
        eventually(lambda: "1 in a state for longer than usual" in browser.text(of="section[aria-labelledby=late-title]"), 40,
                   "the alert, which no event tells of")
        browser.sees(text="Wait: it goes on when the project's request budget", within="section[aria-labelledby=late-title]")
        browser.click(role="link", name="Fleet")
        self.texts(".cell.where", ["key createdoverdue"])
        browser.click(role="link", name="c-1")
        browser.sees(text="overdue", within=".head")
        browser.sees(text="It is overdue since", within=".main-sentence")
        house.sim.clear_faults()
        house.wait("c-1", "active", seconds=90)
        browser.sees(text="active", within=".head")
        eventually(lambda: "overdue" not in browser.text(of=".head"), 20, "no mark on its page")
        browser.click(role="link", name="Fleet")
        self.texts(".cell.where", ["active"])
        self.quiet()

    # ---- money, trust, the log

    def test_money(self):
        """the audit in euros per day with its advice, made here; budget and token of each provider; a revoked token is named"""
        house = self.house(HCLOUD_TOKEN="")  # else the project is there twice
        house.offering()
        house.contract("c-1")
        server = int(house.wait("c-1", "active")["external_id"].split(":")[1])
        labels = next(s["labels"] for s in house.sim.servers() if s["id"] == server)
        house.end("c-1")
        house.wait("c-1", "terminated")
        house.sim.call("POST", "/v1/servers", {"name": "stray", "labels": labels, "server_type": "cx23", "image": "ubuntu-24.04",
                                               "location": "nbg1"})
        self.open("?view=money")
        browser.sees(text="No audit has been made yet.")
        browser.click(role="button", name="Audit now")
        browser.sees(text="Nothing is deleted", within="dialog")
        browser.click(role="button", name="Audit now", within="dialog")
        browser.sees(text="Orphans: 1")
        browser.sees(text="stray", within=".findings")
        self.assertRegex(browser.text(of=".findings h3"), r"€0\.\d\d a day")
        browser.sees(text="token works", within=".card")
        self.assertRegex(browser.text(of=".card label"), "requests left of 3,600 an hour")
        house.sim.fault("unauthorized", "always")
        browser.click(role="button", name="Check the token")
        browser.click(role="button", name="Check the token", within="dialog")
        browser.sees(text="token refused", within=".card")
        self.quiet("409", "422", "502")

    def test_cut(self):
        """the feed is cut: it says so, comes back when the daemon does, and has missed nothing"""
        house = self.house()
        house.offering()
        self.open()
        browser.sees(text="live", within=".feed")
        house.kill()
        browser.sees(text="cut off", within=".feed.cut")
        house.start(SLIPWAY_LISTEN=f"unix:{house.socket}")  # not yet where the page looks
        house.contract("c-1")
        house.wait("c-1", "active")
        house.stop()
        house.start()
        browser.sees(text="live", within=".feed.live")
        self.names("c-1")
        self.texts(".cell.where", ["active"])
        self.quiet("ERR_", "Failed to load")

    # ---- for everybody

    def test_everybody(self):
        """every view in light, dark and at 390 px: axe finds nothing, nothing is wider than the window, keys reach all"""
        house = self.house("--fault", "unavailable=always@cx33")
        house.offering(recipe="#!/bin/sh\necho hello\n")
        house.offering("none", server_type="cx33")
        house.contract("c-1")
        house.contract("c-2", offering="none")
        stream = house.wait("c-1", "active")["stream"]
        house.must(200, "POST", "/v1/audit")
        views = ("", "?state=any", "?view=money", "?view=log", f"?view=contract&id={stream}", f"?view=contract&id={stream}&version=2")
        two = (views[0], views[4])
        for scheme, width, seen in (("light", 1280, views), ("dark", 390, views), ("dark", 1280, two), ("light", 390, two)):
            for view in seen:
                with self.subTest(f"{scheme}, {width} px, {view or 'fleet'}"):
                    self.open(view, scheme=scheme, width=width)
                    browser.sees(text="live", within=".feed")
                    eventually(lambda: browser.count(of=".told, .machine, .card") > 0, 10, "the view")
                    found = browser.axe()
                    self.assertEqual(found["violations"], [])
                    self.assertLessEqual(found["wide"], 0)
                    self.quiet()
        self.open(token=None)
        self.assertEqual(browser.axe()["violations"], [])
        self.open()
        self.names("c-1")
        browser.press(key="Tab")
        self.assertEqual(browser.focused(), "Skip to the content")
        for _ in range(40):
            browser.press(key="Tab")
            if browser.focused() == "c-1":
                break
        browser.press(key="Enter")
        browser.sees(text="Why it is there")


if __name__ == "__main__":
    browser = begin(sys.argv.pop(1))
    try:
        run()
    finally:
        browser.close()
