"""Certificates for one test run, made by openssl in a folder: an authority, a server on loopback, clients.

    certificates = Certificates(folder)
    certificates.authority, certificates.server.certificate, certificates.client("alice").key
"""
import collections
import pathlib
import subprocess

Pair = collections.namedtuple("Pair", "certificate key")


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, f"openssl {arguments}: {done.stderr}"


class Certificates:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = self.folder / "authority.pem"
        openssl("req", "-x509", *self._new_key("authority"), "-out", self.authority, "-subj", "/CN=authority", "-days", 2)
        self.server = self.issue("server", "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1")

    def client(self, name):
        return self.issue(name, name, f"subjectAltName=DNS:{name}")

    def issue(self, file, common_name, extension):
        """A second one of the same file name replaces the first."""
        request, extensions = self.folder / f"{file}.request", self.folder / f"{file}.extensions"
        pair = Pair(self.folder / f"{file}.pem", self.folder / f"{file}.key")
        extensions.write_text(extension)
        openssl("req", "-new", *self._new_key(file), "-out", request, "-subj", f"/CN={common_name}")
        openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self.folder / "authority.key",
                "-CAcreateserial", "-days", 2, "-extfile", extensions, "-out", pair.certificate)
        return pair

    def _new_key(self, file):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.folder / f"{file}.key")
