"""A program at a terminal: what a person sees there, and the keys that a person presses."""
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from harness import PATIENCE

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class PseudoTerminal:
    """Starts the command with stdin, stdout and stderr at a terminal of 100 columns that is its controlling one."""

    def __init__(self, command, env, cwd):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env={**env, "TERM": "xterm"},
                                        cwd=cwd, preexec_fn=own_terminal)
        self.slave = slave  # kept: its settings are looked at
        self.seen = ""
        self.raw = b""

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def _read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self.master, 65536)
        except OSError as problem:
            if problem.errno == errno.EIO:
                return False
            raise
        self.raw += piece
        self.seen = ESCAPE.sub("", self.raw.decode(errors="replace")).replace("\r\n", "\n")
        return True

    def until(self, text, seconds=60.0):
        """Reads until the text has been shown; what was shown up to there is not looked at again."""
        end = time.monotonic() + seconds * PATIENCE
        start = getattr(self, "_from", 0)
        while text not in self.seen[start:]:
            if self.process.poll() is not None and not self._read(0.05):
                raise AssertionError(f"{text!r} was never shown:\n{self.seen}")
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} was not shown within {seconds * PATIENCE:.0f} s:\n{self.seen}")
            self._read(0.05)
        self._from = self.seen.index(text, start) + len(text)
        return self.seen

    def press(self, keys):
        os.write(self.master, keys.encode())

    def ends(self, seconds=60.0):
        """The exit code, when everything has been read."""
        end = time.monotonic() + seconds * PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > end:
                self.close()
                raise AssertionError(f"it did not end within {seconds * PATIENCE:.0f} s:\n{self.seen}")
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        for descriptor in (self.master, self.slave):
            if descriptor is not None:
                os.close(descriptor)
        self.master = self.slave = None
