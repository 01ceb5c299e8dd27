"""The way to PostgreSQL: TLS with a test's own authority, where the password may come from and where it may not be seen, and
servers that say no in a language of their own."""
import os
import socket
import struct
import subprocess
import threading
import time

from harness import PATIENCE, SLIPWAY_LOG, Case, eventually, run
from house import SLIPWAYD, Daemon
from authority import Authority
from postgres_server import PostgresServer

PASSWORD = "pass-w0rd-of-the-test"
WRONG = "s3cret-but-wrong"
LEASE = 5


class Foreigner:
    """A server that lets nobody in, and says so in German: the words are translated, the code is not."""

    def __init__(self, code, words):
        self.said = b"".join(letter + text.encode() + b"\0" for letter, text in
                             ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", code), (b"M", words))) + b"\0"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client:
                while struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL))[1] in (80877103, 80877104):
                    client.sendall(b"N")  # neither TLS nor GSSAPI
                client.sendall(b"E" + struct.pack("!i", len(self.said) + 4) + self.said)

    def close(self):
        self.listener.close()


class Connection(Case):
    @classmethod
    def setUpClass(cls):
        cls.authority, cls.stranger = Authority(), Authority()
        cls.server = PostgresServer().speak_tls(cls.authority)
        cls.server.create("slipway")
        cls.server.sql(f"CREATE ROLE daemon LOGIN PASSWORD '{PASSWORD}'; ALTER DATABASE slipway OWNER TO daemon")
        cls.server.let_in("hostssl all daemon 127.0.0.1/32 scram-sha-256", "hostnossl all daemon 127.0.0.1/32 reject")
        eventually(lambda: cls.server.lets_in("daemon", PASSWORD) and not cls.server.lets_in("daemon", WRONG))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.authority.close()
        cls.stranger.close()

    def url(self, password="", host="localhost", authority=None, mode="verify-full"):
        secret = f":{password}" if password else ""
        file = (authority or self.authority).file
        return (f"postgresql://daemon{secret}@{host}:{self.server.port}/slipway?hostaddr=127.0.0.1&sslmode={mode}"
                f"&sslrootcert={file}&application_name=test")

    def house(self, sim=None, **settings):
        house = Daemon(sim, SLIPWAY_LEASE_SECS=LEASE, **settings)
        self.addCleanup(house.close)
        return house

    def password_file(self, house, password=PASSWORD, mode=0o600):
        path = os.path.join(house.directory, "pgpass")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"localhost:{self.server.port}:slipway:daemon:{password}\n")
        os.chmod(path, mode)
        return path

    def assert_no_password(self, text):
        for one in (PASSWORD, WRONG):
            self.assertNotIn(one, text)

    def refused(self, house, code, *sentences, **more):
        """By both programs, in one sentence each; the daemon's exit code."""
        for program in ([SLIPWAYD], [SLIPWAY_LOG, "list"]):
            done = subprocess.run(program, env=house.environment(**more), cwd=house.directory, capture_output=True, text=True,
                                  timeout=60 * PATIENCE)
            said = done.stdout + done.stderr
            if program == [SLIPWAYD]:
                self.assertEqual(done.returncode, code, said)
            self.assertNotEqual(done.returncode, 0, said)
            for sentence in sentences:
                self.assertIn(sentence, said)
            self.assert_no_password(said)
            self.assertEqual(len([line for line in said.splitlines() if "the database" in line]), 1, said)

    def test_certificate(self):
        """sslmode=verify-full: the right authority and name are let through, and everything that is sent is under TLS"""
        house = self.house(self.sim(), SLIPWAY_DATABASE_URL=self.url())
        house.settings["PGPASSFILE"] = self.password_file(house)
        house.start()
        house.provider()
        house.offering()
        house.contract("c-1")
        house.wait("c-1", "active")
        tls = self.server.sql("SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                              "WHERE application_name = 'test'")
        self.assertEqual(tls, "t")
        done = house.slipway_log("verify")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(f"/proc/{house.process.pid}/cmdline", encoding="utf-8") as file:
            self.assert_no_password(file.read())
        self.assertEqual(house.stop(), 0)
        self.assert_no_password(house.log_lines())

    def test_wrong_certificate(self):
        """another name, another authority, none, and a server without TLS: one sentence, exit 78, and no password sent"""
        house = self.house()
        mine = self.password_file(house)
        why = "is not proven to be the one that is meant"
        for url, said in ((self.url(host="db.example"), "does not match host name"),
                          (self.url(authority=self.stranger), "certificate verify failed")):
            with self.subTest(said):
                self.refused(house, 78, why, said, "Check the host, sslmode and sslrootcert", SLIPWAY_DATABASE_URL=url,
                             PGPASSFILE=mine)
        nowhere = self.url().replace(self.authority.file, house.directory + "/no-ca.pem")
        self.refused(house, 78, why, "no-ca.pem", SLIPWAY_DATABASE_URL=nowhere, PGPASSFILE=mine)
        plain = PostgresServer()
        self.addCleanup(plain.close)
        url = self.url().replace(str(self.server.port), str(plain.port))
        self.refused(house, 78, why, "SSL was required", SLIPWAY_DATABASE_URL=url, PGPASSFILE=mine)

    def test_password(self):
        """from PGPASSFILE: a wrong one, one that others can read, and none are refused in a sentence without it"""
        house = self.house(SLIPWAY_DATABASE_URL=self.url())
        self.refused(house, 78, "does not let this user in", "password authentication failed",
                     PGPASSFILE=self.password_file(house, WRONG))
        self.refused(house, 78, "does not let this user in", "no password supplied",
                     PGPASSFILE=self.password_file(house, mode=0o644))
        self.refused(house, 78, "does not let this user in", "no password supplied", PGPASSFILE="/nonexistent")
        done = subprocess.run([SLIPWAY_LOG, "list", "--db", self.url(PASSWORD)], env=house.environment(), capture_output=True,
                              text=True, timeout=60 * PATIENCE)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("PGPASSFILE", done.stderr)
        self.assert_no_password(done.stdout + done.stderr)

    def test_credential(self):
        """the URL with its password as a credential of systemd's, or in a file: neither argv nor environment nor log has it"""
        house = self.house(SLIPWAY_DATABASE_URL="", CREDENTIALS_DIRECTORY="")
        path = os.path.join(house.directory, "slipway_database_url")
        for variable, value in (("CREDENTIALS_DIRECTORY", house.directory), ("SLIPWAY_DATABASE_URL_FILE", path)):
            with self.subTest(variable):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(self.url(PASSWORD) + "\n")
                os.chmod(path, 0o600)
                house.start(**{variable: value})
                self.assertTrue(self.server.sql("SELECT 1 FROM pg_stat_activity WHERE usename = 'daemon' LIMIT 1"))
                for what in ("cmdline", "environ"):
                    with open(f"/proc/{house.process.pid}/{what}", encoding="utf-8") as file:
                        self.assert_no_password(file.read())
                self.assertEqual(house.stop(), 0)
                self.assert_no_password(house.log_lines())
                with open(path, "w", encoding="utf-8") as file:
                    file.write(self.url(WRONG) + "\n")
                done = subprocess.run([SLIPWAYD], env=house.environment(**{variable: value}), cwd=house.directory, text=True,
                                      capture_output=True, timeout=60 * PATIENCE)
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn("password authentication failed", done.stderr)
                self.assert_no_password(done.stderr)

    def test_language(self):
        """what only a person can set right is known by its code: exit 78; what passes is not: exit 5"""
        for code, words, exit_code in (("28P01", "Passwort-Authentifizierung für Benutzer »daemon« fehlgeschlagen", 78),
                                       ("28000", "kein pg_hba.conf-Eintrag für Host »127.0.0.1«, Benutzer »daemon«", 78),
                                       ("3D000", "Datenbank »slipway« existiert nicht", 78),
                                       ("42501", "keine Berechtigung für Datenbank »slipway«", 78),
                                       ("57P03", "das Datenbanksystem startet", 5),
                                       ("53300", "tut mir leid, schon zu viele Verbindungen", 5)):
            with self.subTest(code):
                foreigner = Foreigner(code, words)
                self.addCleanup(foreigner.close)
                house = self.house(SLIPWAY_DATABASE_URL=f"postgresql://daemon@127.0.0.1:{foreigner.port}/slipway")
                began = time.monotonic()
                self.refused(house, exit_code, words)
                self.assertLess(time.monotonic() - began, 10 * PATIENCE)


if __name__ == "__main__":
    run()
