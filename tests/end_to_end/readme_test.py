"""The README tells the truth: its picture is what slipway-log draws, and every setting it names is one the program reads."""
import glob
import os
import re
import subprocess
import unittest

from harness import SLIPWAY, SLIPWAY_LOG, run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Readme(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, "README.md")) as file:
            self.text = file.read()

    def test_picture(self):
        """the picture of the machine is the one that slipway-log graph vm --moves draws"""
        picture = re.search(r"```mermaid\n(.*?)```", self.text, re.S).group(1)
        drawn = subprocess.run([SLIPWAY_LOG, "graph", "vm", "--moves"], capture_output=True, text=True, check=True,
                               env={"HOME": "/nonexistent", "PATH": os.environ["PATH"]}).stdout
        self.assertEqual(picture, drawn)

    def test_settings(self):
        """every variable in the table is read by the program, and every one that is read for users is in the table"""
        named = set(re.findall(r"^\| (`[A-Z_`, ]+) \|", self.text, re.M))
        named = {name for cell in named for name in re.findall(r"[A-Z_]{4,}", cell)}
        read = set()
        for source in (*glob.glob(os.path.join(ROOT, "adapters/composition/*.cpp")),
                       *glob.glob(os.path.join(ROOT, "adapters/notify/*.cpp")), os.path.join(ROOT, "adapters/cli/doctor.cpp")):
            with open(source) as file:
                read |= set(re.findall(r'"((?:SLIPWAY|HCLOUD|HETZNER|CREDENTIAL|DISCORD|TELEGRAM)_[A-Z_]+)"', file.read()))
        for_tests = {"SLIPWAY_CRASH"}
        self.assertEqual(read - named - for_tests, set())
        self.assertEqual(named - read, {"SLIPWAY_DATABASE_URL", "SLIPWAY_LOG_LEVEL"} & (named - read))

    def test_folders(self):
        """every folder in the table exists"""
        for row in re.findall(r"^\| (`[a-z/`, -]+`) \|", self.text, re.M):
            for folder in re.findall(r"`([a-z/-]+)`", row):
                self.assertTrue(os.path.isdir(os.path.join(ROOT, folder)), folder)

    def test_verbs(self):
        """every slipway command in the session is one that the program has"""
        verbs = set(re.findall(r"(?:slipway|tools/run) (server|contract|provider|offering|secrets) ([a-z-]+)", self.text))
        self.assertGreater(len(verbs), 8, verbs)
        for verb in verbs:
            done = subprocess.run([SLIPWAY, *verb, "--help"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, verb)

    def test_docs(self):
        """slipway docs shows every setting of the table, names programs and verbs that there are, and fits a terminal"""
        def docs(*topic, code=0):
            done = subprocess.run([SLIPWAY, "docs", *topic], capture_output=True, text=True, env={})
            self.assertEqual(done.returncode, code, done.stderr)
            return done.stdout
        topics = [line.split()[0] for line in docs().splitlines()]
        self.assertEqual(topics, ["backup", "comparison", "configuration", "discord", "postgresql", "recipes"])
        self.assertLessEqual(max(len(line) for topic in topics for line in docs(topic).splitlines()), 80)
        settings = docs("configuration")
        for cell in re.findall(r"^\| (`[A-Z_`, ]+) \|", self.text, re.M):
            for name in re.findall(r"[A-Z_]{4,}", cell):
                self.assertIn("  " + name if cell.startswith("`" + name) else name, settings)
        for topic in topics:
            for verb in re.findall(r"slipway (server|offering|auth) ([a-z]+)", docs(topic)):
                self.assertEqual(subprocess.run([SLIPWAY, *verb, "--help"], capture_output=True).returncode, 0, verb)
            for verb in re.findall(r"slipway-log (?:--db \S+ )?([a-z]+)", docs(topic)):
                self.assertEqual(subprocess.run([SLIPWAY_LOG, verb, "--help"], capture_output=True).returncode, 0, verb)
        docs("nosuch", code=2)

    def test_format(self):
        """schema/FORMAT.md names every event type, every member, every step and every failure code"""
        with open(os.path.join(ROOT, "schema/FORMAT.md")) as file:
            text = file.read()
        with open(os.path.join(ROOT, "engine/model/event.hpp")) as file:
            source = file.read()
        with open(os.path.join(ROOT, "engine/model/step.cpp")) as file:
            steps = file.read()
        names = re.findall(r'string_view name = "(\w+)"', source) + re.findall(r'field\("(\w+)"', source)
        names += re.findall(r'string_view\("(\w+)"\)', steps)
        self.assertGreater(len(names), 90)
        self.assertEqual([name for name in names if f"`{name}`" not in text and f"`{name}?`" not in text], [])


if __name__ == "__main__":
    run()
