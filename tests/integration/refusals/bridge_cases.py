"""Another broker that is none, or wants more than a bridge gives; and who would like to be a bridge. The cases play the
other broker: they wait for the bridge to connect."""
import contextlib
import os
import pathlib
import re
import socket
import struct

from packets import DEADLINE_S, connect, describe, hear, length, packet, publish, read_packet, text
from stand import Case
from waiting import wait_for

USER_PROPERTY, PACKET_BYTES_MAX = 0x26, 0x27
PINGREQ, PUBLISH, SUBSCRIBE = 0xc0, 0x30, 0x82
SUBACK_GRANTED = 1
TOML = """
site = "here"
[auth]
password_file = '{folder}/users'
[admin]
token_file = '{folder}/token'
[limits]
packet_bytes_max = 4096
[log]
lines_per_s_max = 1000
[[bridge]]
name = "far"
address = "127.0.0.1:{port}"
remote_site = "there"
retry_ms_min = 10
retry_ms_max = 20
[[bridge.topics]]
filter = "bridged/#"
"""


@contextlib.contextmanager
def called(stand):
    """The bridge's connection; it has sent its CONNECT."""
    with socket.create_server(("127.0.0.1", stand.far_port)) as door:
        door.settimeout(DEADLINE_S)
        wire, _ = door.accept()
    with wire:
        assert read_packet(wire)[0] == 0x10
        yield wire


def connack(reason=0, present=0, more=b""):
    return packet(0x20, bytes([present, reason, len(more)]) + more)


@contextlib.contextmanager
def up(stand, *, suback=SUBACK_GRANTED, present=0, more=b""):
    """... and it has come up, as far as the other broker is concerned."""
    with called(stand) as wire:
        wire.sendall(connack(present=present, more=more))
        first, body = next_packet(wire)
        assert first == SUBSCRIBE, first
        wire.sendall(packet(0x90, body[:2] + bytes([0, suback])))
        yield wire


def next_packet(wire):
    while True:
        first, body = read_packet(wire)
        if first != PINGREQ:
            return first, body


def answer(wire):
    """What the bridge says to that. A message may come first whose answer it has not had in time: at least once."""
    try:
        first, body = next_packet(wire)
        while first & 0xf0 == PUBLISH:
            first, body = next_packet(wire)
        return describe(first, body)
    except EOFError:
        return "closed"


def greets(data):
    """It answers the CONNECT with this."""
    def act(stand):
        with called(stand) as wire:
            wire.sendall(data)
            return answer(wire)
    return act


def sends(data):
    """It sends this once the bridge is up."""
    def act(stand):
        with up(stand) as wire:
            wire.sendall(data)
            return answer(wire)
    return act


def refuses_subscription(stand):
    with up(stand, suback=0x87) as wire:
        return "pingreq" if read_packet(wire)[0] == PINGREQ else "something else"


def been_at(*sites):
    """The bytes of properties that say so."""
    return b"".join(bytes([USER_PROPERTY]) + text("dray-path") + text(site) for site in sites)


def brings(topic, *sites, qos=1):
    many = been_at(*sites)
    return packet(0x30 | qos << 1, text(topic) + struct.pack(">H", 7) + length(len(many)) + many + b"x")


def says_here(stand, topic, payload):
    with stand.wire() as wire:
        wire.sendall(connect(stand.name()) + publish(topic, payload))
        return hear(wire, "puback")


def answers(reason):
    """It is given a message, and answers so."""
    def act(stand):
        with up(stand) as wire:
            says_here(stand, "bridged/a", "x")
            first, body = next_packet(wire)
            assert first & 0xf0 == PUBLISH, first
            at = 2 + len("bridged/a")
            wire.sendall(packet(0x40, body[at:at + 2] + bytes([reason])))
            return wait_for_end(wire)
    return act


def wait_for_end(wire):
    """"closed", or "stays" if the bridge is there in a moment."""
    wire.sendall(brings("bridged/b", "here"))  # it always answers to this
    return "stays" if answer(wire) == "puback 0x83" else "closed"


def has_no_room_for_now(stand):
    assert answers(0x97)(stand) == "closed"
    with up(stand, present=1) as wire:
        first, body = next_packet(wire)
        at = 2 + len("bridged/a")
        wire.sendall(packet(0x40, body[at:at + 2]))
        assert wait_for_end(wire) == "stays"  # so it has heard that
        return f"{'again' if first & 0x08 else 'anew'}: {body[-1:].decode()}"


def takes_short_ones_only(stand):
    with up(stand, more=bytes([PACKET_BYTES_MAX]) + struct.pack(">I", 64)) as wire:
        said = says_here(stand, "bridged/long", "x" * 100)
        wait_for(lambda: "topic=bridged/long" in stand.drayd.log(), "what becomes of it")
        return f"{said}, {wait_for_end(wire)}"


def takes_its_name(version):
    def act(stand):
        with up(stand) as far, stand.wire() as wire:
            wire.sendall(connect("$bridge.far", version=version, flags=0x00))
            return f"{hear(wire, version=version)}, the bridge {wait_for_end(far)}"
    return act


def comes_by_the_private_door(stand):
    """A Unix-domain socket on which drayd waits for its own bridge."""
    inodes = set()
    for link in (pathlib.Path("/proc") / str(stand.drayd.process.pid) / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a file that drayd has closed since it was listed
            inodes.add(os.readlink(link))
    doors = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()]
    door, = (words[7] for words in doors if len(words) == 8 and words[3] == "00010000" and f"socket:[{words[6]}]" in inodes)
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect("\0" + door[1:] if door.startswith("@") else door)
        with contextlib.suppress(BrokenPipeError):
            wire.sendall(connect("$bridge.far", flags=0x00))
        return hear(wire)


def down(why):
    return rf'a bridge (cannot connect|is down) .*bridge=far .*why="?{why}'


def not_given(why):
    return rf'a bridge did not pass on a message .*bridge=far to="?this broker"? .*why="{re.escape(why)}'


LOOPED, DROPPED, REFUSED = (f"dray_bridge_{what}_total" for what in ("looped", "dropped", "refused"))
NOT_RIGHT = "what the other broker sent is not right: "
BEEN_THERE, FITS_NOT = "it has been there", "no topic of the bridge fits it"

CASES = [
    Case("the other broker lets the bridge not in", greets(connack(0x86)), "closed",
         down("the other broker refuses the connection: Bad User Name or Password")),
    Case("it speaks 3.1.1 only", greets(b"\x20\x02\x00\x01"), "closed", down(NOT_RIGHT + "it does not speak MQTT 5.0")),
    Case("it is no broker", greets(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "closed", down(NOT_RIGHT)),
    Case("it begins with a message", greets(publish("bridged/a")), "closed", down("the other broker did not begin with CONNACK")),
    Case("it lets the bridge in twice", sends(connack()), "closed", down("the other broker sent a second CONNACK")),
    Case("it wants to subscribe", sends(packet(SUBSCRIBE, b"\0\7\0" + text("#") + b"\1")), "closed",
         down("the other broker sent a packet that is not a broker's to send")),
    Case("it announces a quarter of a gigabyte", sends(b"\x30\xff\xff\xff\x7f"), "closed", down(NOT_RIGHT + "Packet too large")),
    Case("it sends a topic that is none", sends(publish("bridged/+")), "closed", down(NOT_RIGHT)),
    Case("another client has the bridge's id there", sends(packet(0xe0, b"\x8e\0")), "closed",
         down("the other broker closed, for another client has the same client id: Session taken over")),
    Case("it refuses the subscription", refuses_subscription, "pingreq",
         'a subscription of a bridge was refused .*filter=bridged/# why="Not authorized"'),
    Case("it refuses a message", answers(0x87), "stays", 'a message of a bridge was refused .*why="Not authorized"', REFUSED),
    Case("it has no room for a message, for now", has_no_room_for_now, "again: x",
         down("the other broker takes no message for now: Quota exceeded")),
    Case("a message that is longer than it takes", takes_short_ones_only, "connack 0x00, puback 0x00, stays",
         'a bridge did not pass on a message .*topic=bridged/long why="it is too long for that side"', DROPPED),
    Case("it brings back what came from here", sends(brings("bridged/a", "here", "there")), "puback 0x83",
         not_given(BEEN_THERE), LOOPED),
    Case("the same at QoS 2", sends(brings("bridged/a", "here", "there", qos=2)), "pubrec 0x83", not_given(BEEN_THERE), LOOPED),
    Case("the same by way of others", sends(brings("bridged/a", "east", "here", "west")), "puback 0x83", not_given(BEEN_THERE),
         LOOPED),
    Case("the same by way of brokers without names", sends(brings("bridged/a", "here", "?", "?")), "puback 0x83",
         not_given(BEEN_THERE), LOOPED),
    Case("a message that has been everywhere", sends(brings("bridged/a", *(f"site-{i}" for i in range(16)))), "puback 0x83",
         not_given(BEEN_THERE), LOOPED),
    Case("a message that nobody asked for", sends(publish("news/x")), "puback 0x83", not_given(FITS_NOT), DROPPED),
    Case("what that broker says of itself", sends(publish("$SYS/broker/uptime")), "puback 0x83", not_given(FITS_NOT), DROPPED),
    Case("a client with the bridge's id", takes_its_name(5), "connack 0x85, closed, the bridge stays",
         "client ids of that kind are the broker's own", "dray_connects_refused_total"),
    Case("the same at 3.1.1", takes_its_name(4), "connack 0x02, closed, the bridge stays",
         "client ids of that kind are the broker's own", "dray_connects_refused_total"),
    Case("another process at the bridge's own door", comes_by_the_private_door, "closed"),
]
