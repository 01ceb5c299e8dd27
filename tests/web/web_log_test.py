"""The page's view of the log in a real browser: searched, and verified.

web_log_test.py DIRECTORY     as web_test.py; with SLIPWAY_LARGE_LOG=DATABASE that one is opened, too
"""
import contextlib
import os
import sqlite3
import subprocess
import sys
import time

from served import Served, begin
from harness import SLIPWAY_LOG, eventually, run

browser = None  # one for all tests


class Log(Served):
    def test_log(self):
        """the log, the newest first: by stream, type, actor and time; the search says how far it has looked"""
        house = self.house()
        house.offering()
        house.contract("c-1")
        stream = house.wait("c-1", "active")["stream"]
        house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})
        eventually(lambda: house.must(200, "GET", "/v1/vms/web1")["state"] == "active", 30, "web1")
        events = house.events()
        total = len(events)
        self.open("?view=log")
        browser.sees(text=f"{total} found in {total} of {total} events.")
        self.assertEqual([int(n) for n in browser.texts(of=".records .seq")], [e["seq"] for e in reversed(events)])
        browser.fill(label="Type", text="activated")
        browser.press(key="Enter")
        browser.sees(text=f"2 found in {total} of {total} events.")
        browser.fill(label="Stream", text=stream)
        browser.press(key="Enter")
        browser.sees(text="1 found in")
        self.address("type=activated", "stream=" + stream)
        browser.openDetails(of=".records summary")
        browser.sees(text='"host_keys"', within=".records pre")
        browser.goto(url=f"{self.url}/?view=log&actor=api&since=2100-01-01T00:00:00")
        browser.sees(text="0 found in 0 of 0 events.")
        browser.goto(url=f"{self.url}/?view=log&actor=api&since=2020-01-01T00:00:00")
        browser.sees(text=f"{sum(e['actor'] == 'api' for e in events)} found in {total} of {total} events.")
        browser.click(role="link", name=f"contract {stream[-12:]}")
        browser.sees(text="Why it is there")
        self.quiet()

    if "SLIPWAY_LARGE_LOG" in os.environ:  # by hand: a database that stands still
        def test_large(self):
            """a large log: the fleet and the log open, and how long that took and what it kept is printed"""
            house = self.house(log=os.environ["SLIPWAY_LARGE_LOG"])

            def took(what, act):
                began = time.monotonic()
                act()
                print(f"# {what}: {(time.monotonic() - began) * 1000:.0f} ms")

            for path in ("/v1/overview", "/v1/contracts?live=true&limit=200", "/v1/vms?live=true&limit=200", "/v1/events?before=1000000000&limit=200"):
                took(path, lambda: self.assertEqual(house.api("GET", path).status, 200))
            took("opened until there are rows", lambda: (self.open(), eventually(lambda: browser.count(of=".body .row") > 10, 60, "rows")))
            for way in range(50):
                browser.scroll(to=(way + 1) * 5000)
            took("scrolled to the end of what is loaded", lambda: browser.sees(text="more as you scroll"))
            print(f"# kept in the browser: {browser.memory() / 2**20:.1f} MiB")
            took("the log, until there are records", lambda: (
                browser.click(role="link", name="Log"), eventually(lambda: browser.count(of=".records .seq") > 10, 60, "records")))
            print(f"# kept in the browser: {browser.memory() / 2**20:.1f} MiB")
            self.quiet()

    def test_verify(self):
        """the log verified, part after part: how far it is, stopped, and to its end; what was changed is named"""
        house = self.house("--fault", "unavailable=always")
        for first in range(3):
            house.must(202, "POST", "/v1/vms", {"name": f"m{first}-x", "ssh_pubkey": house.key_pair()[1], "count": 80})
        eventually(lambda: house.must(200, "GET", "/v1/vms?state=failed&limit=1000")["vms"][239:], 60, "240 failed VMs")
        total = len(house.events())
        self.open("?view=log")
        browser.hold(part="/v1/verification?after=")
        browser.click(role="button", name="Verify")
        browser.sees(text="200 streams,", within=".verified")
        events = int(browser.text(of=".verified").split("streams, ")[1].split()[0].replace(",", ""))
        self.assertLess(events, total)
        self.assertEqual(browser.attribute(of="progress", name="max"), str(total))
        self.assertEqual(browser.attribute(of="progress", name="value"), str(events))
        self.assertEqual(browser.focused(), "Stop verifying")
        self.assertEqual(browser.axe()["violations"], [])
        browser.press(key="Enter")
        browser.sees(text="events: stopped, no problem so far", within=".verified")
        self.assertEqual(browser.focused(), "Verify")
        browser.letGo()
        browser.press(key="Enter")
        browser.sees(text=f"240 streams, {total:,} events: hash chains, versions, transitions and heads are right", within=".verified")
        self.assertEqual(browser.count(of=".problems li"), 0)

        house.stop()
        with contextlib.closing(sqlite3.connect(house.database)) as log:
            stream, version, seq = log.execute("SELECT stream, version, seq FROM events WHERE type = 'step_failed'").fetchone()
            log.execute("UPDATE events SET actor = 'somebody' WHERE seq = ?", (seq,))
            log.commit()
        house.start()
        browser.sees(text="live", within=".feed.live")
        browser.click(role="button", name="Verify")
        browser.sees(text="events: 1 problem. The log is damaged or was changed", within=".verified")
        found = browser.texts(of=".problems li")
        self.assertEqual(found, [f"stream {stream} version {version} (seq {seq}): the hash does not fit the record: the record or its "
                                 "hash was changed after it was written"])
        told = subprocess.run([SLIPWAY_LOG, "--db", "sqlite:" + house.database, "verify"], capture_output=True, text=True)
        self.assertEqual(told.stdout.splitlines()[0], found[0])
        browser.click(role="link", name=f"stream {stream}")
        self.address("view=log", f"stream={stream}")
        self.quiet("ERR_", "Failed to load")


if __name__ == "__main__":
    browser = begin(sys.argv.pop(1))
    try:
        run()
    finally:
        browser.close()
