"""A browser for the web page's tests: Chromium of the distribution, driven by playwright-core and looked over by axe-core,
which come from the npm registry into the build directory, at fixed versions, once."""
import fcntl
import json
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {"playwright-core": "1.65.1", "axe-core": "4.14.1"}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


class Missing(Exception):
    """What this machine lacks; the tests are skipped and say so."""


def chromium():
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    raise Missing("Chromium is not installed")


def packages(home):
    home = pathlib.Path(home)
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("node and npm are not installed")
    home.mkdir(parents=True, exist_ok=True)
    # Several tests share what is fetched, and may be the first at the same time.
    with open(home / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fetch(home)
    return home


def fetch(home):
    if all((home / "node_modules" / name / "package.json").exists() for name in PACKAGES):
        return
    (home / "package.json").write_text("{}")
    command = ["npm", "install", "--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1",
               "--fetch-timeout=30000", "--loglevel=error", *(f"{name}@{version}" for name, version in PACKAGES.items())]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        raise Missing("npm did not get playwright-core in time") from None
    if done.returncode != 0:
        raise Missing("npm did not get playwright-core: " + (done.stderr.strip().splitlines() or ["no reason given"])[0])


class Browser:
    def __init__(self, home):
        self.process = subprocess.Popen(["node", HERE / "browser.mjs", packages(home), chromium()], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.version = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the browser's driver has ended")
        said = json.loads(line)
        if "error" in said:
            raise AssertionError(said["error"])
        return said["ok"]

    def __getattr__(self, what):
        """browser.click(role="button", name="Delete")"""
        def ask(**how):
            self.process.stdin.write(json.dumps({"do": what, **how}) + "\n")
            self.process.stdin.flush()
            return self.answer()
        return ask

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
