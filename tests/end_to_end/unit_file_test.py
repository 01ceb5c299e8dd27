"""systemd's own opinion of slipwayd.service: it is valid, and how much of the machine it leaves open."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from harness import Case, run
from house import SLIPWAYD

UNIT = sys.argv.pop()
MOST_EXPOSED = 1.5  # of 10


class UnitFile(Case):
    def setUp(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        directory = tempfile.TemporaryDirectory(prefix="slipway-unit-")
        self.addCleanup(directory.cleanup)
        with open(UNIT, encoding="utf-8") as file:
            text = file.read()
        # The program as it will be installed is not there yet; the one that was built is.
        self.unit = os.path.join(directory.name, "slipwayd.service")
        with open(self.unit, "w", encoding="utf-8") as file:
            file.write(re.sub(r"^ExecStart=\S+", "ExecStart=" + SLIPWAYD, text, flags=re.MULTILINE))

    def analyze(self, *arguments):
        done = subprocess.run(["systemd-analyze", *arguments, self.unit], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_verify(self):
        """systemd-analyze verify has nothing to say"""
        code, said = self.analyze("verify", "--man=no")  # its manual page is not installed yet
        about_us = [line for line in said.splitlines() if "slipwayd" in line]
        self.assertEqual((code, about_us), (0, []), said)

    def test_memory(self):
        """it cannot take the machine's memory"""
        with open(self.unit, encoding="utf-8") as file:
            self.assertRegex(file.read(), r"(?m)^MemoryMax=[0-9]+[MG]$")

    def test_exposure(self):
        """systemd-analyze security: the exposure is low"""
        code, said = self.analyze("security", "--offline=yes", f"--threshold={int(MOST_EXPOSED * 10)}")
        figure = re.search(r"Overall exposure level for slipwayd.service: ([0-9.]+)", said)
        self.assertTrue(figure, said)
        print(f"# exposure {figure.group(1)} of 10")
        self.assertLessEqual(float(figure.group(1)), MOST_EXPOSED, said)
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    run()
