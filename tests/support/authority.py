"""A certificate authority of a test's own, and a server's certificate of it for this machine: FakeDiscord(tls=Authority())."""
import os
import shutil
import ssl
import subprocess
import tempfile


class Authority:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="slipway-ca-")
        self.file = os.path.join(self.directory, "ca.pem")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                      "/CN=slipway test", "-keyout", self._at("ca.key"), "-out", self.file)
        with open(self._at("names"), "w", encoding="utf-8") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                      "-keyout", self._at("server.key"), "-out", self._at("server.csr"))
        self._openssl("x509", "-req", "-in", self._at("server.csr"), "-CA", self.file, "-CAkey", self._at("ca.key"),
                      "-CAcreateserial", "-days", "2", "-extfile", self._at("names"), "-out", self._at("server.pem"))

    def _at(self, name):
        return os.path.join(self.directory, name)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    @property
    def server_files(self):
        """Certificate and key."""
        return self._at("server.pem"), self._at("server.key")

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server_files)
        return context

    def close(self):
        shutil.rmtree(self.directory)
