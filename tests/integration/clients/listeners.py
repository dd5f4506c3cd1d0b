#!/usr/bin/python3
"""What an operator sets up on drayd's listeners: certificates and their renewal, server names, Unix-domain sockets, load
balancers, room; and what each listener does with those who never say what they want.

    listeners.py PATH-OF-DRAYD [unittest arguments]
"""
import os
import pathlib
import select
import signal
import socket
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import unittest

from broker import DEADLINE_S, wait_for
from certificates import Certificates

DRAYD = None
CONNACK = b"\x20\x02\x00\x00"


def connect_packet(client_id):
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack(">H", len(client_id)) + client_id
    return bytes([0x10, len(body)]) + body


def receive(wire, count):
    wire.settimeout(DEADLINE_S)
    got = b""
    while len(got) < count:
        part = wire.recv(count - len(got))
        if not part:
            break
        got += part
    return got


def is_over(wire):
    """Whether the broker has closed; waits for it."""
    wire.settimeout(DEADLINE_S)
    try:
        while wire.recv(4096):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def tls_to(program, index, authority, server_name=None):
    context = ssl.create_default_context(cafile=authority)
    context.check_hostname = False
    return context.wrap_socket(program.tcp(index), server_hostname=server_name)


def name_shown(wire):
    return dict(part[0] for part in wire.getpeercert()["subject"])["commonName"]


class Drayd:
    """A drayd of this configuration. Its listeners by their order in the ready line, which names them."""

    def __init__(self, folder, toml, *arguments):
        config = pathlib.Path(folder) / "drayd.toml"
        config.write_text(toml)
        self.log_file = pathlib.Path(folder) / "drayd.log"
        with open(self.log_file, "w") as log:
            self.process = subprocess.Popen([DRAYD, "--config", config, "--threads", "4", *map(str, arguments)],
                                            stdout=subprocess.PIPE, stderr=log)
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
        line = self.process.stdout.readline().decode() if ready else ""
        assert line.startswith("ready"), f"not ready: {line!r}\n{self.log()}"
        self.listeners = [part.split("=", 1) for part in line.split()[1:]]

    def log(self):
        return self.log_file.read_text()

    def address(self, index):
        host, port = self.listeners[index][1].rsplit(":", 1)
        return host, int(port)

    def tcp(self, index):
        return socket.create_connection(self.address(index), DEADLINE_S)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        return status


class Listeners(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dray-listeners-")))
        self.certificates = Certificates(self.folder)

    def drayd(self, toml, *arguments):
        program = Drayd(self.folder, toml, *arguments)
        self.addCleanup(program.stop)
        return program

    def tls(self, program, index, server_name=None):
        wire = tls_to(program, index, self.certificates.authority, server_name)
        self.addCleanup(wire.close)
        return wire

    def secure_arguments(self):
        return "--cert", self.certificates.server.certificate, "--key", self.certificates.server.key

    def test_certificates_are_renewed_on_sighup_under_running_connections(self):
        program = self.drayd("[listeners]\nmqtt = ''\nws = ''", "--mqtts", "127.0.0.1:0", *self.secure_arguments())
        before = self.tls(program, 0)
        self.assertEqual(name_shown(before), "localhost")
        before.sendall(connect_packet(b"before"))
        self.assertEqual(receive(before, 4), CONNACK)
        self.certificates.issue("server", "renewed", "subjectAltName=DNS:renewed")
        program.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "files that it names were read again" in program.log(), "the log tells of the renewal")
        self.assertEqual(name_shown(self.tls(program, 0)), "renewed")

        self.certificates.server.certificate.write_text("no certificate")
        program.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "was not reloaded" in program.log(), "the log tells why not")
        self.assertIn("listeners.certificate_file", program.log())
        after = self.tls(program, 0)
        self.assertEqual(name_shown(after), "renewed")
        for wire in (after, before):
            wire.sendall(connect_packet(b"after") if wire is after else b"\xc0\x00")
        self.assertEqual(receive(after, 4), CONNACK)
        self.assertEqual(receive(before, 2), b"\xd0\x00")

    def test_the_certificate_is_that_of_the_name_asked_for(self):
        other = self.certificates.issue("other", "other", "subjectAltName=DNS:other.example")
        program = self.drayd(f"""
            [listeners]
            mqtt = ""
            ws = ""
            certificate_file = "{self.certificates.server.certificate}"
            private_key_file = "{self.certificates.server.key}"
            [[listener]]
            kind = "mqtts"
            bind = "127.0.0.1:0"
            certificates = [{{name = "other.example", certificate_file = "{other.certificate}",
                              private_key_file = "{other.key}"}}]
            """.replace(",\n                              ", ", "))
        self.assertEqual(name_shown(self.tls(program, 0, "other.example")), "other")
        self.assertEqual(name_shown(self.tls(program, 0, "any.example")), "localhost")

    def test_files_that_cannot_be_used_are_named_with_line_and_key(self):
        config = self.folder / "wrong.toml"
        server, other = self.certificates.server, self.certificates.client("other")
        for certificate, key, wanted in (
                (self.folder / "missing", server.key, ":6:"),
                (server.certificate, other.key, ":7:")):
            config.write_text(f'[listeners]\nmqtt = ""\n[[listener]]\nkind = "wss"\nbind = "127.0.0.1:0"\n'
                              f'certificate_file = "{certificate}"\nprivate_key_file = "{key}"\n')
            for arguments in (["--check-config"], []):
                done = subprocess.run([DRAYD, "--config", config, *arguments], capture_output=True, text=True,
                                      timeout=DEADLINE_S)
                self.assertEqual(done.returncode, 1)
                self.assertIn(str(config) + wanted, done.stderr)
                self.assertIn("listener.0." + ("certificate_file" if wanted == ":6:" else "private_key_file"), done.stderr)

    def test_a_unix_domain_socket_comes_and_goes(self):
        path = self.folder / "dray.sock"
        toml = f'[listeners]\nmqtt = ""\nws = ""\n[[listener]]\nkind = "mqtt"\nbind = "unix:{path}"\nsocket_mode = "0600"'
        for how in (signal.SIGKILL, signal.SIGTERM):  # the second finds what the first left behind
            program = Drayd(self.folder, toml)
            self.addCleanup(program.stop)
            self.assertEqual(program.listeners, [["mqtt", f"unix:{path}"]])
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            for i in range(8):  # whichever reactor accepts it
                with socket.socket(socket.AF_UNIX) as wire:
                    wire.settimeout(DEADLINE_S)
                    wire.connect(str(path))
                    wire.sendall(connect_packet(b"local-%d" % i))
                    self.assertEqual(receive(wire, 4), CONNACK)
            second = subprocess.run([DRAYD, "--config", self.folder / "drayd.toml"], capture_output=True, text=True,
                                    timeout=DEADLINE_S)
            self.assertEqual(second.returncode, 1)
            self.assertIn("another process listens there", second.stderr)
            program.process.send_signal(how)
            program.process.wait(DEADLINE_S)
            self.assertEqual(path.exists(), how == signal.SIGKILL)

    def test_behind_a_load_balancer_the_client_is_who_the_header_says(self):
        program = self.drayd('[[listener]]\nkind = "mqtt"\nbind = "127.0.0.1:0"\nproxy_protocol = true\n'
                             'allow_anonymous = true')
        header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + bytes([192, 0, 2, 7, 127, 0, 0, 1]) + struct.pack(">HH", 51234, 1883)
        with program.tcp(2) as wire:
            wire.sendall(header + connect_packet(b"far") + b"\x00\x00")
            self.assertEqual(receive(wire, 4), CONNACK)
            self.assertTrue(is_over(wire))
        wait_for(lambda: "peer=192.0.2.7:51234 client=far" in program.log(), "the log names the client's address")
        with program.tcp(2) as wire:
            wire.sendall(connect_packet(b"direct"))
            self.assertTrue(is_over(wire))
        wait_for(lambda: "PROXY header refused" in program.log(), "the log says why")

    def test_room_is_limited_over_all_listeners(self):
        program = self.drayd("[limits]\nconnections_max = 1")
        with program.tcp(0) as first:
            first.sendall(connect_packet(b"first"))
            self.assertEqual(receive(first, 4), CONNACK)
            with program.tcp(0) as second:
                second.sendall(connect_packet(b"second"))
                self.assertEqual(receive(second, 4), b"\x20\x02\x00\x03")

    def test_who_never_says_what_it_wants_is_closed_on_every_transport(self):
        program = self.drayd("[limits]\nconnect_ms_max = 2000", "--mqtts", "127.0.0.1:0", "--wss", "127.0.0.1:0",
                             *self.secure_arguments())
        good = program.tcp(0)
        self.addCleanup(good.close)
        good.sendall(connect_packet(b"good"))
        self.assertEqual(receive(good, 4), CONNACK)
        request = b"GET /mqtt HTTP/1.1\r\nHost: x\r\n"
        waiting = [program.tcp(i) for i in range(4)]                # silent
        for index, beginning in enumerate((b"\x10\x20\x00", request, b"\x16\x03\x01\x02\x00", b"\x16\x03")):
            waiting.append(program.tcp(index))                      # half of something
            waiting[-1].sendall(beginning)
        for index, beginning in ((2, b"\x10\x20\x00"), (3, request)):
            waiting.append(self.tls(program, index))                # half of something, encrypted
            waiting[-1].sendall(beginning)
        for number, wire in enumerate(waiting):
            self.assertTrue(is_over(wire), f"connection {number}")
            wire.close()
        good.sendall(b"\xc0\x00")
        self.assertEqual(receive(good, 2), b"\xd0\x00")


if __name__ == "__main__":
    DRAYD = sys.argv.pop(1)
    unittest.main(verbosity=2)
