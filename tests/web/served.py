"""The page of a real slipwayd on a real hetzner-sim, as a browser's tests meet it. Used by web_test.py and web_log_test.py."""
import os
import pathlib
import shutil
import socket
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "end_to_end"))
from harness import Case, eventually  # noqa: E402
from house import Daemon  # noqa: E402
import pilot  # noqa: E402

TOKEN = "web0test1web0test1web0test1web0"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served(Case):
    browser = None  # one for all tests, each with a page of its own

    def house(self, *options, token=TOKEN, log=None, **settings):
        sim = self.sim(*options)
        house = Daemon(sim, SLIPWAY_API_TOKEN=token, **{"HCLOUD_TOKEN": sim.token, **settings})
        self.addCleanup(house.close)
        self.port = free_port()  # the page comes back to the same one when the daemon does
        house.settings["SLIPWAY_LISTEN"] = f"unix:{house.socket},127.0.0.1:{self.port}"
        if log:
            shutil.copy(log, house.database)
            os.chmod(house.database, 0o600)
        house.start()
        house.provider()
        self.url = f"http://127.0.0.1:{self.port}"
        return house

    def open(self, query="", token=TOKEN, **how):
        self.browser.open(url=f"{self.url}/{query}", token=token, **how)

    def quiet(self, *allowed):
        """Nothing on the console but what a test provoked, and nobody asked but the page's own server."""
        said = [line for line in self.browser.complaints() if not any(word in line for word in allowed)]
        self.assertEqual(said, [])
        self.assertEqual(self.browser.hosts(), [f"127.0.0.1:{self.port}"])

    def address(self, *parts):
        where = eventually(lambda: all(part in self.browser.address() for part in parts) and self.browser.address(), 5, f"an address with {parts}")
        return where

    def texts(self, of, expected, seconds=10):
        seen = []

        def there():
            seen[:] = self.browser.texts(of=of)
            return seen == expected

        try:
            eventually(there, seconds, f"{of} to be {expected}")
        except AssertionError as late:
            raise AssertionError(f"{late}: they are {seen}") from None

    def names(self, *expected):
        self.texts(".cell.name a", list(expected))


def begin(directory):
    """A browser whose driver comes into this directory; without what it needs the program ends, skipped."""
    try:
        Served.browser = pilot.Browser(directory)
    except pilot.Missing as missing:
        print("1..0 # SKIP", missing)
        sys.exit(0)
    return Served.browser
