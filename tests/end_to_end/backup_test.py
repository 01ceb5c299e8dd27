"""slipway-log backup beside a daemon at work, and what is restored from it."""
import json
import os
import shutil
import stat
import subprocess
import threading

from harness import SLIPWAY_LOG, Case, eventually, run
from house import Daemon


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


class Backup(Case):
    def house(self, sim, **settings):
        house = Daemon(sim, **settings)
        self.addCleanup(house.close)
        return house

    def backup(self, of, name, code=0):
        path = os.path.join(of.directory, name)
        done = subprocess.run([SLIPWAY_LOG, "--db", "sqlite:" + of.database, "backup", path, "--json"], text=True,
                              capture_output=True, env=of.environment(), timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return path, (json.loads(done.stdout) if code == 0 else done.stderr)

    def verify(self, path, of):
        done = subprocess.run([SLIPWAY_LOG, "--db", "sqlite:" + path, "verify"], text=True, capture_output=True,
                              env=of.environment(), timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def put_back(self, house, path):
        for suffix in ("", "-wal", "-shm", ".operator"):
            if os.path.exists(house.database + suffix):
                os.rename(house.database + suffix, house.database + suffix + ".before")
        shutil.copy(path, house.database)
        if os.path.exists(path + ".operator"):
            shutil.copy(path + ".operator", house.database + ".operator")

    def test_beside_a_daemon(self):
        """backups that are made while contracts come and go are whole, private, and each of one moment"""
        sim = self.sim()
        house = self.house(sim).start()
        house.provider()
        house.offering()
        names = [f"c-{i}" for i in range(10)]

        def order():
            key = house.key_pair()[1]
            for name in names:
                house.contract(name, key)

        ordering = threading.Thread(target=order)
        ordering.start()
        counts = []
        while ordering.is_alive() or len(counts) < 5:
            path, said = self.backup(house, f"backup-{len(counts)}.db")
            counts.append(said["events"])
            self.assertIsNone(said["secret_file"])  # sealed in it
            self.assertEqual(mode_of(path), 0o600)
            self.assertEqual([f for f in os.listdir(house.directory) if f.startswith(os.path.basename(path))], [os.path.basename(path)])
        ordering.join()
        self.assertEqual(counts, sorted(counts))
        for i in range(len(counts)):
            self.verify(os.path.join(house.directory, f"backup-{i}.db"), house)
        for name in names:
            house.wait(name, "active")

    def test_restored(self):
        """what is restored has providers whose tokens open, offerings and contracts, and goes on"""
        sim = self.sim()
        house = self.house(sim).start()
        house.provider()
        house.offering(recipe="echo hello\n")
        house.contract("c-1")
        before = house.wait("c-1", "active")
        path, _ = self.backup(house, "backup.db")
        self.assertEqual(house.stop(), 0)
        os.rename(path, path + ".kept")  # as on another disk
        self.put_back(house, path + ".kept")
        house.start()
        self.assertEqual(house.show("c-1"), before)
        self.assertEqual(house.must(200, "GET", "/v1/offerings/small")["recipe_script"], "echo hello\n")
        self.assertTrue(house.must(200, "POST", "/v1/providers/p1/check")["token_works"])
        house.end("c-1")
        house.wait("c-1", "terminated")
        self.assertEqual(sim.servers(), [])

    def test_secret_in_a_file(self):
        """without an encryption key the installation's secret is beside the backup; a VM on its way is finished from both"""
        sim = self.sim("--boot-ms", "2000")
        home = self.home(sim)
        process = home.start("server", "create", "web1", "--no-kamal")
        eventually(sim.servers, what="the server")
        eventually(lambda: "server_created" in home.types(), what="the server in the log")
        path, said = self.backup(home, "backup.db")
        process.kill()
        process.communicate()
        self.assertEqual(said["secret_file"], path + ".operator")
        self.assertEqual((mode_of(path), mode_of(path + ".operator")), (0o600, 0o600))
        self.put_back(home, path)
        done = home.slipway("server", "resume")
        self.assertEqual(done.code, 0, str(done))
        self.assertEqual([v["state"] for v in home.vms()], ["active"])
        self.assertEqual(len(sim.servers()), 1)

    def test_refused(self):
        """nothing is written over, not even what would be taken for part of the backup; no log, no place, a full disk"""
        home = self.home(self.sim(ssh=False))
        path, said = self.backup(home, "backup.db", code=5)
        self.assertIn("cannot be opened", said)
        self.assertEqual(home.slipway("server", "create", "web1", "--no-wait", "--no-kamal").code, 0)
        for suffix in ("", "-wal", "-journal", ".operator"):
            home.write("there.db" + suffix, "mine")
            _, said = self.backup(home, "there.db", code=4)
            self.assertIn("there.db" + suffix, said)
            with open(os.path.join(home.directory, "there.db" + suffix)) as file:
                self.assertEqual(file.read(), "mine")
            os.remove(os.path.join(home.directory, "there.db" + suffix))
        _, said = self.backup(home, "nowhere/backup.db", code=1)
        self.assertIn("No such file", said)
        small = self.small_disk("64k")
        done = home.log("backup", os.path.join(small, "backup.db"))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the disk is full", done.stderr)
        self.assertEqual(os.listdir(small), [])

    def test_damaged(self):
        """of a damaged log no backup is made: nobody shall find that out when it is all there is"""
        home = self.home(self.sim(ssh=False))
        for i in range(8):
            self.assertEqual(home.slipway("server", "create", f"web{i}", "--no-wait", "--no-kamal").code, 0)
        with open(home.database, "r+b") as file:  # closed: all of it is in the one file
            size = os.path.getsize(home.database)
            for place in range(4096 * 2, size, 4096):
                file.seek(place)
                file.write(b"\xff" * 64)
        done = home.log("backup", os.path.join(home.directory, "backup.db"))
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("damaged", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(home.directory, "backup.db")))


if __name__ == "__main__":
    run()
