"""The web page as people first meet it: the picture in the README, and the link of slipway dashboard, in a real browser.

shown_test.py DIRECTORY     as web_test.py. With SLIPWAY_PICTURE=1 the picture is made anew; without, it has to show what
the page shows: the words that were on it are kept in the file.
"""
import os
import pathlib
import re
import struct
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
from harness import Case, eventually, run  # noqa: E402
from house import Daemon  # noqa: E402
import pilot  # noqa: E402

PICTURE = HERE.parent.parent / "adapters/web/fleet.png"
DIRECTORY = sys.argv.pop(1)
KEYWORD = b"Shows"
browser = None


def chunks(png):
    """(kind, data) of a PNG."""
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        yield kind, png[at + 8:at + 8 + size]
        at += 12 + size


def with_words(png, words):
    """The same picture, with a text in it that no viewer draws (PNG, iTXt)."""
    data = KEYWORD + b"\0\0\0\0\0" + words.encode()
    out = png[:8]
    for kind, content in chunks(png):
        if kind == b"IEND":
            out += struct.pack(">I", len(data)) + b"iTXt" + data + struct.pack(">I", zlib.crc32(b"iTXt" + data))
        out += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return out


def words_in(png):
    for kind, data in chunks(png):
        if kind == b"iTXt" and data.startswith(KEYWORD + b"\0"):
            return data[len(KEYWORD) + 5:].decode()
    return None


def same_every_time(words):
    """Without what differs from run to run: ages, addresses, ids."""
    return re.sub(r"\d+(\.\d+)?( (s|min|h|d)\b)?", "0", " ".join(words.split()))


class Shown(Case):
    def test_picture(self):
        """the picture in the README shows what the page shows"""
        sim = self.sim("--fault", "unavailable=always@fsn1")
        house = Daemon(sim, HCLOUD_TOKEN=sim.token, SLIPWAY_LISTEN="unix:slipway.sock,127.0.0.1:0")
        self.addCleanup(house.close)
        house.socket = os.path.join(house.directory, "slipway.sock")
        house.start()
        house.provider("acme")
        house.offering(provider="acme")
        house.offering("large", "acme", server_type="cx33")
        for name, offering in (("c-17", "small"), ("c-18", "large"), ("c-19", "small")):
            house.contract(name, offering=offering)
            house.wait(name, "active")
        house.must(202, "POST", "/v1/vms", {"name": "web1", "ssh_pubkey": house.key_pair()[1]})
        eventually(lambda: house.must(200, "GET", "/v1/vms/web1")["state"] == "active", 30, "web1")
        sim.fault("protected", "always")
        house.end("c-19")
        house.wait("c-19", "termination_failed")
        port = re.search(r"listening on 127\.0\.0\.1:(\d+)", house.log_lines()).group(1)
        browser.open(url=f"http://127.0.0.1:{port}/", width=1120)
        browser.sees(text="live", within=".feed")
        eventually(lambda: browser.count(of=".body .row") == 4, 10, "four rows")
        eventually(lambda: all("€" in text for text in browser.texts(of=".cell.price")), 10, "prices")
        shown = same_every_time(browser.text(of="body"))
        if os.environ.get("SLIPWAY_PICTURE"):
            made = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "fleet.png"
            browser.shot(path=str(made), clip={"x": 0, "y": 0, "width": 1120, "height": 490})
            PICTURE.write_bytes(with_words(made.read_bytes(), shown))
        self.assertEqual(words_in(PICTURE.read_bytes()), shown,
                         "the page has changed: make its picture anew with SLIPWAY_PICTURE=1")
        self.assertLess(PICTURE.stat().st_size, 100_000)

    def test_dashboard(self):
        """the link of slipway dashboard opens the page once, for one tab, and leaves its address"""
        home = self.home(self.sim())
        self.assertEqual(home.slipway("server", "create", "web1", "--no-kamal").code, 0)
        process = home.start("dashboard")
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        link = process.stdout.readline().strip()
        browser.open(url=link)
        eventually(lambda: browser.texts(of=".cell.name a") == ["web1"], 10, "web1")
        self.assertEqual(browser.address(), "/")
        self.assertNotIn(browser.kept()["session"], link)
        browser.reload()
        eventually(lambda: browser.texts(of=".cell.name a") == ["web1"], 10, "web1, after a reload")
        self.assertEqual(home.slipway("server", "create", "web2", "--no-kamal").code, 0)
        eventually(lambda: browser.texts(of=".cell.name a") == ["web1", "web2"], 10, "web2, without a reload")
        self.assertEqual(browser.complaints(), [])
        browser.open(url=link)  # another tab
        browser.sees(text="works once, in one tab")
        self.assertEqual(browser.count(of=".row, dialog"), 0)


if __name__ == "__main__":
    try:
        browser = pilot.Browser(DIRECTORY)
    except pilot.Missing as missing:
        print("1..0 # SKIP", missing)
        sys.exit(0)
    try:
        run()
    finally:
        browser.close()
