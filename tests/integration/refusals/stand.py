"""Where the battery stands: one drayd with every kind of guard, a bystander who must not notice anything, and the cases.

A case is what somebody does, what he gets for it, the line in the log that tells of it, and the counter that moves.
"""
import collections
import dataclasses
import itertools
import os
import pathlib
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import typing

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "admin"), str(HERE.parent / "clients"), str(HERE.parents[1])]
import paho.mqtt.client as paho  # noqa: E402
from certificates import Certificates  # noqa: E402
from packets import PINGREQ, connect, hear, subscribe  # noqa: E402
from programs import PROGRAMS, Drayd, main  # noqa: E402, F401
from free_ports import free_ports  # noqa: E402, F401
from waiting import DEADLINE_S, wait_for  # noqa: E402

PASSWORDS = {"car": "hops", "bystander": "malt", "guessed": "yeast"}
SECRET = "a secret of at least 32 bytes, for the battery"
ADMIN_TOKEN = "only operators know this"


@dataclasses.dataclass
class Case:
    does: str                     # what somebody does, in words
    act: typing.Callable          # does it with the stand, and returns what came of it
    gets: str                     # that, as a regular expression for the whole
    log: str = ""                 # a regular expression for a line that drayd writes meanwhile
    counter: str = ""             # a metric that rises


class Bystander:
    """Publishes numbers and hears its own, all the time, on a connection that it never loses."""

    def __init__(self, port, qos):
        self.heard, self.sent, self.lost, self.granted = [], 0, [], threading.Event()
        self.qos, self.stopping = qos, threading.Event()
        self.client = paho.Client("bystander")
        self.client.username_pw_set("bystander", PASSWORDS["bystander"])
        self.client.on_message = lambda _client, _data, message: self.heard.append(int(message.payload))
        self.client.on_disconnect = lambda _client, _data, reason: reason and self.lost.append(reason)
        self.client.on_subscribe = lambda *_: self.granted.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.client.subscribe("bystander/#", qos)
        assert self.granted.wait(DEADLINE_S), "the bystander's subscription"
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(0.02):
            self.client.publish("bystander/number", str(self.sent), self.qos)
            self.sent += 1

    def stop(self):
        """Everything came, once and in order; and there was something."""
        self.stopping.set()
        self.thread.join()
        wait_for(lambda: len(self.heard) >= self.sent, "the last message to the bystander")
        self.client.disconnect()
        self.client.loop_stop()
        assert not self.lost, f"the bystander lost its connection: {self.lost}"
        assert self.heard == list(range(self.sent)) and self.sent > 0, "the bystander lost messages"


class Stand:
    def __init__(self, folder, toml, *, qos=1, arguments=()):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "drayd.toml"
        self.toml = toml
        self.config.write_text(toml)
        self.users = self.folder / "users"
        self.users.write_text("".join(map(hashed, PASSWORDS)))
        (self.folder / "token").write_text(ADMIN_TOKEN + "\n")
        (self.folder / "jwt").write_text(SECRET + "\n")
        self.names = itertools.count()
        self.drayd = Drayd(self.folder, "--threads", "2", "--config", self.config, *arguments)
        self.bystander = Bystander(self.drayd.port("mqtt"), qos)

    def name(self):
        """A client id of this case alone."""
        return f"client-{next(self.names)}"

    def stop(self):
        try:
            self.bystander.stop()
        finally:
            self.drayd.__exit__(None, None, None)

    def wire(self, listener="mqtt"):
        """To a listener by its kind, or, where several have one, by its number behind that: "mqtt1"."""
        kind, number = re.fullmatch(r"([a-z]+)(\d*)", listener).groups()
        addresses = [address for its, address in self.drayd.listeners if its == kind]
        host, port = addresses[int(number or 0)].rsplit(":", 1)
        return socket.create_connection((host, int(port)), DEADLINE_S)

    def far_wire(self, address):
        """As a load balancer would hand on a client from that IPv4 address."""
        wire = self.wire("mqtt1")
        body = socket.inet_aton(address) + bytes([127, 0, 0, 1]) + struct.pack(">HH", 50000, 1883)
        wire.sendall(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + body)
        return wire

    def tls_wire(self, certificate=None, authority=None):
        context = ssl.create_default_context(cafile=authority or self.certificates.authority)
        context.check_hostname = False
        if certificate:
            context.load_cert_chain(certificate.certificate, certificate.key)
        return context.wrap_socket(self.wire("mqtts"))

    def metrics(self):
        status, body = self.drayd.http("GET", "/metrics", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
        assert status == 200, body
        sums = collections.Counter()  # over all labels
        for name, value in re.findall(r"^(\w+)(?:{.*})? ([0-9.e+]+)$", body, re.M):
            sums[name] += float(value)
        return sums

    def reload(self, toml, said):
        """Puts that in the place of the configuration, has it read, and puts the right one back."""
        known = self.drayd.log().count(said)
        self.config.write_text(toml)
        self.drayd.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.drayd.log().count(said) > known, said)
        self.config.write_text(self.toml)

    def attempt(self, case):
        """What is wrong with how it went; empty: nothing. After a wrong answer nothing more is waited for."""
        before, known = self.metrics() if case.counter else {}, len(self.drayd.log())
        got = case.act(self)
        faults = [] if re.fullmatch(case.gets, got, re.S) else [f"got {got!r}, not {case.gets!r}"]
        if case.log and not faults:
            try:
                wait_for(lambda: re.search(case.log, self.drayd.log()[known:]), case.log)
            except AssertionError:
                faults.append(f"the log has no line {case.log!r}:\n{self.drayd.log()[known:]}")
        if case.counter and not faults:
            try:
                wait_for(lambda: self.metrics()[case.counter] > before[case.counter], case.counter)
            except AssertionError:
                faults.append(f"{case.counter} has not moved")
        if self.drayd.process.poll() is not None or self.bystander.lost:
            faults.append("others were disturbed")
        return faults


def hashed(user):
    """Its line for the password file."""
    return run("drayd", "--hash-password", user, given=PASSWORDS[user] + "\n").stdout


def run(program, *arguments, given="", environment=None):
    return subprocess.run([PROGRAMS[program], *map(str, arguments)], input=given, capture_output=True, text=True,
                          timeout=DEADLINE_S, env={**os.environ, **(environment or {})}, check=False)


def outcome(done):
    """Exit code and what a program complained of."""
    return f"exit {done.returncode}: {done.stderr.strip()}"


def says(*packets, listener="mqtt", version=5, last="pingresp"):
    """Somebody who sends this to a listener, without having connected."""
    def act(stand):
        with stand.wire(listener) as wire:
            wire.sendall(b"".join(packets))
            return hear(wire, last, version)
    return act


def car_says(*packets, version=5):
    """The user who may do a little sends this, once connected."""
    def act(stand):
        with stand.wire() as wire:
            wire.sendall(connect(stand.name(), "car", PASSWORDS["car"], version=version))
            assert hear(wire, "connack 0x00", version) == "connack 0x00"
            wire.sendall(b"".join(packets) + PINGREQ)
            return hear(wire, version=version)
    return act


def car_subscribes(*filters, version=5):
    """... asks for these. The answer may come from other threads, behind that to a ping."""
    def act(stand):
        with stand.wire() as wire:
            wire.sendall(connect(stand.name(), "car", PASSWORDS["car"], version=version) + subscribe(*filters, version=version))
            assert hear(wire, "connack 0x00", version) == "connack 0x00"
            heard = hear(wire, "suback", version)
            wire.sendall(PINGREQ)
            return f"{heard}, {hear(wire, version=version)}"
    return act
