"""Tests on one PostgreSQL server, with a database for each that asks for one."""
from harness import Case
from postgres_server import PostgresServer


class PostgresCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = PostgresServer()
        cls.addClassCleanup(cls.server.close)
        cls.count = 0

    def database(self):
        """The URL of an empty one; sql() asks the last."""
        type(self).count += 1
        self.name = f"test_{self.count}"
        return self.server.create(self.name)

    def sql(self, statement):
        return self.server.sql(statement, self.name)

    def assert_verifies(self, house):
        done = house.slipway_log("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
