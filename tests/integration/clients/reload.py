#!/usr/bin/python3
"""The configuration is changed under a thousand clients: all of it or nothing, and nobody who may stay is disconnected.

    reload.py PATH-OF-DRAYD [unittest arguments]
"""
import itertools
import pathlib
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import listeners
from broker import DEADLINE_S, wait_for
from certificates import Certificates
from listeners import CONNACK, name_shown, receive, tls_to

CLIENTS, SECURE, RELOADS = 1000, 100, 10
PINGREQ, PINGRESP = b"\xc0\x00", b"\xd0\x00"
NEWS = b"\x30\x08\x00\x04newsxx"
USERS = {"staff": "hops", "guest": "malt"}
ROLE = "[[access]]\nname = '{0}'\nusers = ['{0}']\npublish = ['#']\nsubscribe = {1}\n"


def text(value):
    return struct.pack(">H", len(value)) + value.encode()


def connect_as(user, client_id):
    body = text("MQTT") + b"\x04\xc2\x00\x00" + text(client_id) + text(user) + text(USERS[user])
    return bytes([0x10, len(body)]) + body


def allow_many_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Reload(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dray-reload-")))
        self.certificates = Certificates(self.folder)

    def config(self, guests_may, more=""):
        return (f"[listeners]\nmqtt = '127.0.0.1:0'\nws = ''\nmqtts = '127.0.0.1:0'\nallow_anonymous = false\n"
                f"certificate_file = '{self.certificates.server.certificate}'\n"
                f"private_key_file = '{self.certificates.server.key}'\n"
                f"[auth]\npassword_file = '{self.folder / 'users'}'\n{more}\n"
                + ROLE.format("staff", "['#']") + ROLE.format("guest", guests_may))

    def start(self):
        lines = [subprocess.run([listeners.DRAYD, "--hash-password", user], input=password + "\n", text=True,
                                          check=True, capture_output=True, timeout=DEADLINE_S).stdout
                 for user, password in USERS.items()]
        (self.folder / "users").write_text("".join(lines))
        program = listeners.Drayd(self.folder, self.config("['news']"))
        self.addCleanup(program.stop)
        return program

    def tls(self, program):
        wire = tls_to(program, 1, self.certificates.authority)
        self.addCleanup(wire.close)
        return wire

    def connect(self, program, user, number):
        wire = program.tcp(0)
        self.addCleanup(wire.close)
        wire.sendall(connect_as(user, f"{user}{number}") + b"\x82\x09\x00\x01" + text("news") + b"\x00")
        return wire

    def publish(self, program):
        with program.tcp(0) as press:
            press.sendall(connect_as("staff", "press") + NEWS + PINGREQ)
            self.assertEqual(receive(press, 6), CONNACK + PINGRESP)

    def reload(self, program, toml, said):
        (self.folder / "drayd.toml").write_text(toml)
        known = program.log().count(said)
        program.process.send_signal(signal.SIGHUP)
        wait_for(lambda: program.log().count(said) > known, said)

    def expect(self, wires, *packets):
        """Each of them gets these, in any order (messages come from other threads), and nothing else before it answers."""
        for wire in wires:
            wire.sendall(PINGREQ)
        answers = {receive(wire, sum(map(len, packets)) + len(PINGRESP)) for wire in wires}
        self.assertLessEqual(answers, {b"".join(order) for order in itertools.permutations([*packets, PINGRESP])})

    def test_a_thousand_clients_stay_while_rules_and_certificates_change(self):
        program = self.start()
        staff = [self.connect(program, "staff", i) for i in range(CLIENTS // 2)]
        guests = [self.connect(program, "guest", i) for i in range(CLIENTS // 2)]
        for wire in staff + guests:
            self.assertEqual(receive(wire, 9), CONNACK + b"\x90\x03\x00\x01\x00")
        secure = self.tls(program)
        secure.sendall(connect_as("staff", "secure"))
        self.assertEqual(receive(secure, 4), CONNACK)
        self.publish(program)
        self.expect(staff + guests, NEWS)
        self.certificates.issue("server", "renewed", "subjectAltName=DNS:renewed")
        self.reload(program, self.config("['other']"), "were read again")
        self.publish(program)
        # Of the staff some are on each thread: what they have heard of the guests were denied.
        self.expect(staff, NEWS)
        self.expect(guests)
        self.assertEqual(name_shown(self.tls(program)), "renewed")
        self.expect([secure])
        # And back again.
        self.reload(program, self.config("['news']"), "were read again")
        self.publish(program)
        self.expect(staff + guests, NEWS)

    def numbered(self, program, number):
        """A client who hears its own topic, every tenth over TLS; its topic."""
        wire, topic = self.tls(program) if number < SECURE else program.tcp(0), f"own/{number:04}"
        self.addCleanup(wire.close)
        wire.sendall(connect_as("staff", f"numbered{number}") + b"\x82\x0d\x00\x01" + text(topic) + b"\x00")
        return wire, topic

    def reload_again_and_again(self, program):
        """Each time other rules for the guests, and another certificate."""
        for number in range(RELOADS):
            self.certificates.issue("server", f"renewed-{number}", f"subjectAltName=DNS:renewed-{number}")
            self.reload(program, self.config("['other']" if number % 2 else "['news']"), "were read again")
            self.assertEqual(name_shown(self.tls(program)), f"renewed-{number}")

    def test_a_thousand_busy_clients_lose_nothing_while_rules_and_certificates_change(self):
        program = self.start()
        clients = [self.numbered(program, number) for number in range(CLIENTS)]
        for wire, _ in clients:
            self.assertEqual(receive(wire, 9), CONNACK + b"\x90\x03\x00\x01\x00")
        faults, rounds, slowest_s = [], 0, 0.0

        def reload():
            try:
                self.reload_again_and_again(program)
            except Exception as error:  # pylint: disable=broad-except
                faults.append(error)

        reloading = threading.Thread(target=reload)
        reloading.start()
        while reloading.is_alive() and rounds < 65535:
            rounds += 1
            number, began = struct.pack(">H", rounds), time.monotonic()
            for wire, topic in clients:
                wire.sendall(b"\x32\x0e" + text(topic) + number + number)
            for wire, topic in clients:
                answers = [b"\x40\x02" + number, b"\x30\x0c" + text(topic) + number]
                self.assertIn(receive(wire, sum(map(len, answers))), (b"".join(answers), b"".join(answers[::-1])))
            slowest_s = max(slowest_s, time.monotonic() - began)
        reloading.join()
        self.assertEqual(faults, [])
        self.assertGreater(rounds, RELOADS)
        print(f"{CLIENTS} clients, {SECURE} of them over TLS; {RELOADS} reloads while they sent {rounds * CLIENTS} messages: each "
              f"acknowledged and heard, nobody disconnected; the slowest round of {CLIENTS} took {slowest_s * 1000:.0f} ms",
              file=sys.stderr)

    def test_who_is_no_user_any_more_is_closed(self):
        program = self.start()
        staff = [self.connect(program, "staff", i) for i in range(8)]
        guests = [self.connect(program, "guest", i) for i in range(8)]
        for wire in staff + guests:
            self.assertEqual(receive(wire, 9), CONNACK + b"\x90\x03\x00\x01\x00")
        users = self.folder / "users"
        users.write_text("".join(line for line in users.read_text().splitlines(True) if line.startswith("staff")))
        self.reload(program, self.config("['news']"), "were read again")
        for wire in guests:
            self.assertEqual(receive(wire, 1), b"")
        wait_for(lambda: 'why="its user is gone from the password file"' in program.log(), "the log says why")
        self.expect(staff)
        again = self.connect(program, "guest", 0)
        self.assertEqual(receive(again, 4), b"\x20\x02\x00\x04")

    def test_what_is_wrong_changes_nothing_at_all(self):
        program = self.start()
        guest = self.connect(program, "guest", 0)
        self.assertEqual(receive(guest, 9), CONNACK + b"\x90\x03\x00\x01\x00")
        self.certificates.issue("server", "renewed", "subjectAltName=DNS:renewed")
        closed = self.config("['other']")
        for toml, why in ((closed + "publis = 1\n", "unknown key"),
                          (closed.replace("users'", "nobody'"), "auth.password_file"),
                          (closed.replace("server.pem", "nothing.pem"), "listeners.certificate_file"),
                          (self.config("['other']", "[limits]\npacket_bytes_max = 1000"),
                           "limits.packet_bytes_max is only changed by a restart"),
                          (closed[:closed.index("[[access]]")], "rules begin or end by a restart only")):
            with self.subTest(why=why):
                self.reload(program, toml, "the configuration was not reloaded")
                self.assertIn(why, program.log())
                guest.sendall(NEWS)
                self.expect([guest], NEWS)
                self.assertEqual(name_shown(self.tls(program)), "localhost")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PATH-OF-DRAYD")
    listeners.DRAYD = sys.argv.pop(1)
    allow_many_files()
    unittest.main(verbosity=2)
