"""What is refused below MQTT: TLS, WebSocket, PROXY headers, room and rates of connections."""
import contextlib
import ssl
import time

from packets import DEADLINE_S, connect, hear
from stand import PASSWORDS, Case, Certificates

RIGHT = connect("net", "car", PASSWORDS["car"])
TURNED_AWAY = "dray_connections_turned_away_total"


def over(wire):
    """What else comes until the broker has closed."""
    wire.settimeout(DEADLINE_S)
    heard = b""
    try:
        while part := wire.recv(4096):
            heard += part
    except (ConnectionError, ssl.SSLError):
        pass
    return heard


def sends(listener, data):
    def act(stand):
        with stand.wire(listener) as wire:
            wire.sendall(data)
            return over(wire).decode("latin-1")
    return act


def plain_to_tls(stand):
    with stand.wire("mqtts") as wire:
        wire.sendall(RIGHT)
        over(wire)
        return "closed"


def shows_certificate(make):
    """In TLS 1.3 a client learns that it was refused when it reads."""
    def act(stand):
        try:
            with stand.tls_wire(make(stand)) as wire:
                wire.sendall(RIGHT)
                return hear(wire)
        except (ssl.SSLError, ConnectionError):
            return "closed"
    return act


def of_another_authority(stand):
    folder = stand.folder / "strangers"
    folder.mkdir()
    return Certificates(folder).client("car")


def leaves_in_the_handshake(stand):
    with stand.wire("mqtts") as wire:
        wire.sendall(b"\x16\x03\x01\x02\x00\x01")
    return "gone"


def upgrade(path="/mqtt", version=13, protocol="mqtt", more=""):
    return (f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: {version}\r\n"
            f"Sec-WebSocket-Protocol: {protocol}\r\n{more}\r\n").encode()


def frame(data):
    """After an upgrade; what comes is the 101 and then the broker's Close, with its code."""
    def act(stand):
        with stand.wire("ws") as wire:
            wire.sendall(upgrade())
            heard = b""
            while b"\r\n\r\n" not in heard:
                heard += wire.recv(4096)
            wire.sendall(data)
            closing = over(wire)
            return f"close {int.from_bytes(closing[2:4], 'big')}" if closing[:1] == b"\x88" else repr(closing)
    return act


def proxied(header):
    def act(stand):
        with stand.wire("mqtt1") as wire:
            wire.sendall(header + RIGHT)
            return over(wire).decode("latin-1") + "closed"
    return act


def one_too_many(stand):
    with stand.wire("mqtt2") as first:
        first.sendall(connect("first", "car", PASSWORDS["car"]))
        assert hear(first, "connack 0x00") == "connack 0x00"
        with stand.wire("mqtt2") as second:
            second.sendall(RIGHT)
            return hear(second)


def connects_too_often(stand):
    """Several seconds' worth at once, until one is turned away."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        with contextlib.ExitStack() as wires:
            crowd = [wires.enter_context(stand.far_wire("198.51.100.1")) for _ in range(300)]
            for number, wire in enumerate(crowd):
                with contextlib.suppress(ConnectionError):  # it may be turned away already
                    wire.sendall(connect(f"often-{number}", "car", PASSWORDS["car"]))
            for wire in crowd:
                if (heard := hear(wire, "connack 0x00")) != "connack 0x00":
                    return heard
    return "nobody minded"


SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
TLS_FAILED, UPGRADE_REFUSED = 'cause="TLS handshake failed"', 'cause="WebSocket request refused" why="{}'
VIOLATION, PROXY_REFUSED = 'cause="WebSocket rules broken" why="{}', 'cause="PROXY header refused" why="{}'

CASES = [
    Case("no TLS where TLS is wanted", plain_to_tls, "closed", TLS_FAILED),
    Case("no client certificate", shows_certificate(lambda stand: None), "closed", TLS_FAILED),
    Case("a client certificate of an authority that nobody knows", shows_certificate(of_another_authority), "closed",
         TLS_FAILED),
    Case("half a handshake", leaves_in_the_handshake, "gone"),
    Case("MQTT on the port of WebSocket", sends("ws", RIGHT), "HTTP/1.1 400.*",
         UPGRADE_REFUSED.format("the request is not HTTP")),
    Case("a path where nothing is", sends("ws", upgrade("/../etc/passwd")), "HTTP/1.1 404.*",
         UPGRADE_REFUSED.format("the paths are /mqtt and /")),
    Case("no upgrade", sends("ws", b"GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 426.*",
         UPGRADE_REFUSED.format("the request does not ask for a WebSocket")),
    Case("another method", sends("ws", b"POST /mqtt HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 405.*",
         UPGRADE_REFUSED.format("only GET with an upgrade is served")),
    Case("an old WebSocket", sends("ws", upgrade(version=8)), "HTTP/1.1 426.*",
         UPGRADE_REFUSED.format("only WebSocket version 13 is spoken")),
    Case("another subprotocol", sends("ws", upgrade(protocol="chat")), "HTTP/1.1 400.*",
         UPGRADE_REFUSED.format("none of the subprotocols offered is mqtt")),
    Case("a header without an end", sends("ws", upgrade(more="X: " + "x" * 2000)), "HTTP/1.1 431.*",
         UPGRADE_REFUSED.format("the request header is too long")),
    Case("a frame that is not masked", frame(b"\x82\x02\xc0\x00"), "close 1002", VIOLATION.format("a frame is not masked")),
    Case("a text frame", frame(b"\x81\x82\0\0\0\0hi"), "close 1003", VIOLATION.format("a text frame")),
    Case("a frame of the future", frame(b"\xf2\x82\0\0\0\0hi"), "close 1002", VIOLATION.format("a reserved bit is set")),
    Case("a message larger than allowed", frame(b"\x82\xff\0\0\0\0\0\1\0\0\0\0\0\0"), "close 1009",
         VIOLATION.format("a message over the limit")),
    Case("no PROXY header where one is wanted", proxied(b""), "closed",
         PROXY_REFUSED.format("the connection does not begin with a PROXY header of version 2")),
    Case("a PROXY header of version 1", proxied(b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"), "closed",
         PROXY_REFUSED.format("the connection does not begin with a PROXY header of version 2")),
    Case("a PROXY header that is cut short", proxied(SIGNATURE + b"\x21\x11\x00\x04\x0a\x00\x00\x01"), "closed",
         PROXY_REFUSED.format("the addresses in the PROXY header are cut short")),
    Case("a PROXY header without an end", proxied(SIGNATURE + b"\x21\x11\xff\xff"), "closed",
         PROXY_REFUSED.format("the PROXY header is too long")),
    Case("one connection more than a listener has room for", one_too_many, "connack 0x89, closed",
         'why="there is no room for more connections" reason=0x89', "dray_connects_refused_total"),
    Case("one address connects again and again", connects_too_often, "closed",
         'cause="too many connections from one address" why="the PROXY header tells of 198.51.100.1', TURNED_AWAY),
]
