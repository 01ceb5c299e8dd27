"""A real PostgreSQL for the tests: a cluster in a temporary directory, on a port of its own on the loopback and on a unix
socket, gone when the tests end. PostgreSQL refuses to run as root; there it runs as an unprivileged user.

As a program: postgres_server.py PROGRAM ARGUMENT… runs the program with SLIPWAY_TEST_POSTGRES set to the URL of an empty
database of a superuser's, and ends with its exit code.
"""
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = float(os.environ.get("SLIPWAY_TEST_PATIENCE", "1"))
# Nobody's data: what costs time only for the sake of a power cut is left out, but for a test that measures it.
QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


def program(name):
    """PostgreSQL's programs lie in a directory of their version, and not in PATH."""
    def version(path):
        return [int(n) for n in re.findall(r"\d+", path)]
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=version)
    path = found[-1] if found else shutil.which(name)
    if not path:
        raise RuntimeError(f"there is no {name} here: install PostgreSQL's server (tools/dependencies test)")
    return path


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class PostgresServer:
    """Started by the constructor, ended by close(); killed, stopped and restarted as often as a test likes. One that is
    made of another is its standby: see follow()."""

    def __init__(self, of=None, **settings):
        self.directory = tempfile.mkdtemp(prefix="slipway-pg-")
        self.data = os.path.join(self.directory, "data")
        self.log = os.path.join(self.directory, "log")
        self.port = free_port()
        self.as_user = {}
        if os.geteuid() == 0:
            nobody = next(pwd.getpwnam(n) for n in ("postgres", "nobody") if n in {p.pw_name for p in pwd.getpwall()})
            os.chown(self.directory, nobody.pw_uid, nobody.pw_gid)
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chmod(self.directory, 0o755)
        self.process = None
        self.settings = {**QUICK, "listen_addresses": "127.0.0.1", "port": self.port,
                         "unix_socket_directories": self.directory, "max_connections": "100",
                         "wal_level": "replica", "wal_retrieve_retry_interval": "100ms", **settings}
        if of:
            self.settings["primary_conninfo"] = f"host={of.directory} port={of.port} user=slipway application_name=standby"
            self._run("pg_basebackup", "-D", self.data, "-h", of.directory, "-p", str(of.port), "-U", "slipway", "-R",
                      "-c", "fast", "-N")
            self.start()
            return
        self._run("initdb", "-D", self.data, "-U", "slipway", "-A", "trust", "-E", "UTF8", "--no-locale", "-N",
                  "--no-instructions")
        self.start()

    def _run(self, name, *arguments):
        done = subprocess.run([program(name), *arguments], capture_output=True, text=True, cwd=self.directory,
                              env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin")}, **self.as_user)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([program("postgres"), "-D", self.data, *options], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd=self.directory, **self.as_user)
        end = time.monotonic() + 30 * PATIENCE
        while True:
            ready = subprocess.run([program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)])
            if ready.returncode == 0:
                return self
            if self.process.poll() is not None or time.monotonic() > end:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise RuntimeError("PostgreSQL did not start: " + log.read()[-2000:])
            time.sleep(0.02)

    def url(self, database="slipway", user="slipway", password=None, port=None, **query):
        secret = f":{password}" if password else ""
        more = "&".join(f"{k}={v}" for k, v in query.items())
        return f"postgresql://{user}{secret}@127.0.0.1:{port or self.port}/{database}" + (f"?{more}" if more else "")

    def sql(self, statement, database="slipway"):
        return self._run("psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.directory, "-p",
                         str(self.port), "-U", "slipway", "-d", database, "-c", statement).strip()

    def create(self, database):
        """A new database; its URL."""
        self.sql(f'CREATE DATABASE "{database}"', "postgres")
        return self.url(database)

    def let_in(self, *rules):
        """These lines of pg_hba.conf for who comes over the network, before all others."""
        path = os.path.join(self.data, "pg_hba.conf")
        if not os.path.exists(path + ".first"):
            shutil.copy(path, path + ".first")
        with open(path + ".first", encoding="utf-8") as first, open(path, "w", encoding="utf-8") as file:
            file.write("\n".join((*rules, first.read())))
        self.sql("SELECT pg_reload_conf()", "postgres")

    def lets_in(self, user, password, database="postgres"):
        done = subprocess.run([program("psql"), "-X", "-w", "-c", "SELECT 1", self.url(database, user)], capture_output=True,
                              env={"PGPASSWORD": password, "LC_ALL": "C", "PATH": os.environ.get("PATH", "/usr/bin:/bin")})
        return done.returncode == 0

    def speak_tls(self, authority):
        """With a certificate of this authority's (authority.py)."""
        for name, path in zip(("server.pem", "server.key"), authority.server_files):
            copy = os.path.join(self.directory, name)
            shutil.copy(path, copy)
            if self.as_user:
                os.chown(copy, self.as_user["user"], self.as_user["group"])
            os.chmod(copy, 0o600)
            self.settings["ssl_cert_file" if name == "server.pem" else "ssl_key_file"] = copy
        self.settings["ssl"] = "on"
        self.stop()
        return self.start()

    def follow(self):
        """A synchronous standby: from now on nothing is called stored before it has it."""
        other = PostgresServer(of=self)
        self.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "postgres")
        self.sql("SELECT pg_reload_conf()", "postgres")
        return other

    def is_followed(self):
        return self.sql("SELECT sync_state FROM pg_stat_replication", "postgres") == "sync"

    def promote(self):
        """From a standby to one that takes writes; returns when it does."""
        self.sql("SELECT pg_promote()", "postgres")

    def stop(self, how=signal.SIGINT):
        """SIGINT: fast; SIGQUIT: as a crash is for its clients and for the disk."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30 * PATIENCE)

    def freeze(self, signal_number=signal.SIGSTOP):
        """All of its processes."""
        for child in subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split():
            try:
                os.kill(int(child), signal_number)
            except ProcessLookupError:
                pass
        self.process.send_signal(signal_number)

    def thaw(self):
        self.freeze(signal.SIGCONT)

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    server = PostgresServer()
    try:
        done = subprocess.run(sys.argv[1:], env={**os.environ, "SLIPWAY_TEST_POSTGRES": server.create("slipway")})
        return done.returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
