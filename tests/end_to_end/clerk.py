"""The CLI on a marketplace, for the end-to-end tests: through the daemon's socket, or on its database while it does not
run."""
import os
import subprocess

from harness import PATIENCE, SLIPWAY, Case, Finished
from house import SEALING_KEY, Daemon

NEW_KEY = "fedcba9876543210" * 4


class Clerk:
    """The CLI on a daemon's machine: through its socket, or on its database while it does not run."""

    def __init__(self, house, remote):
        self.house, self.remote = house, remote

    def environment(self, **more):
        house = self.house
        if not self.remote:
            return house.environment(**more)
        # Only what a machine without a database and without a token of Hetzner's has.
        env = {k: v for k, v in house.environment().items() if not k.startswith(("SLIPWAY_", "HCLOUD_", "HETZNER_", "CRED"))}
        env["SLIPWAY_API"] = "unix:" + house.socket
        env.update({k: str(v) for k, v in more.items()})
        return {k: v for k, v in env.items() if v != ""}

    def start(self, *arguments, **more):
        return subprocess.Popen([SLIPWAY, *arguments], env=self.environment(**more), cwd=self.house.directory, text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __call__(self, *arguments, stdin="", **more):
        process = self.start(*arguments, **more)
        try:
            out, err = process.communicate(stdin, timeout=90 * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"slipway {' '.join(arguments)} did not end: {process.communicate()}")
        return Finished(process.returncode, out, err)


class ClerkCase(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def both(self, sim, **settings):
        """The same test both ways, each with a house of its own."""
        for remote in (True, False):
            house = self.house(sim, **settings)
            yield house, Clerk(house.start() if remote else house, remote)
            if remote:
                house.stop()

    def does(self, clerk, *arguments, code=0, said="", stdin="", **more):
        done = clerk(*arguments, stdin=stdin, **more)
        self.assertEqual(done.code, code, f"{arguments}: {done}")
        self.assertIn(said, done.err, f"{arguments}: {done}")
        self.assertNotIn("bug", done.err)
        for secret in (self.token, SEALING_KEY, NEW_KEY):
            self.assertNotIn(secret, done.out + done.err)
        if code not in (0, 1) and "audit" not in arguments:  # whose findings stand beside what it could not ask
            self.assertEqual(done.out, "", f"{arguments}: {done}")
        return done

    def furnish(self, clerk, sim):
        self.token = sim.token
        self.does(clerk, "provider", "set", "p1", "--token-stdin", stdin=sim.token + "\n")
        self.does(clerk, "offering", "define", "small", "--provider", "p1", "--server-type", "cx23", "--location", "nbg1",
                  "--image", "ubuntu-24.04")
