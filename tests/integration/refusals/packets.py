"""MQTT packets as an attacker writes them, right or wrong; and what comes back, in words: "connack 0x86"."""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from waiting import DEADLINE_S  # noqa: E402

SILENCE_S = DEADLINE_S / 4  # what comes comes at once, or after the two seconds of limits.connect_ms_max
METHOD, DATA, ALIAS, MAXIMUM_PACKET = 0x15, 0x16, 0x23, 0x27
PINGREQ = b"\xc0\x00"
NAMES = {2: "connack", 3: "publish", 4: "puback", 5: "pubrec", 9: "suback", 13: "pingresp", 14: "disconnect", 15: "auth"}


def length(count):
    out = b""
    while True:
        count, low = divmod(count, 128)
        out += bytes([low | (0x80 if count else 0)])
        if not count:
            return out


def packet(first, body):
    return bytes([first]) + length(len(body)) + body


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(value)) + value


def properties(*pairs):
    body = b"".join(bytes([key]) + (struct.pack(">H", value) if key == ALIAS else text(value)) for key, value in pairs)
    return length(len(body)) + body


def connect(client, user=None, password=None, *, version=5, keep_alive=60, will=None, extra=(), flags=0x02):
    flags |= (0x80 if user is not None else 0) | (0x40 if password is not None else 0) | (0x04 if will else 0)
    body = text("MQTT") + bytes([version, flags]) + struct.pack(">H", keep_alive)
    body += properties(*extra) if version == 5 else b""
    body += text(client)
    if will:
        body += (properties() if version == 5 else b"") + text(will) + text("gone")
    body += b"".join(text(value) for value in (user, password) if value is not None)
    return packet(0x10, body)


def publish(topic, payload="x", *, qos=1, packet_id=7, version=5, extra=(), retain=False):
    body = text(topic) + (struct.pack(">H", packet_id) if qos else b"")
    body += properties(*extra) if version == 5 else b""
    return packet(0x30 | qos << 1 | retain, body + payload.encode())


def subscribe(*filters, version=5, options=1):
    body = b"\x00\x09" + (properties() if version == 5 else b"")
    return packet(0x82, body + b"".join(text(each) + bytes([options]) for each in filters))


def auth(method, data=b"", reason=0x18):
    return packet(0xf0, bytes([reason]) + properties((METHOD, method), (DATA, data)))


def read_exactly(wire, count):
    got = b""
    while len(got) < count:
        part = wire.recv(count - len(got))
        if not part:
            raise EOFError
        got += part
    return got


def read_packet(wire):
    """First byte and body. EOFError: the broker has closed."""
    wire.settimeout(SILENCE_S)
    try:
        first, count, shift = read_exactly(wire, 1)[0], 0, 0
        while True:
            byte = read_exactly(wire, 1)[0]
            count |= (byte & 0x7f) << shift
            shift += 7
            if not byte & 0x80:
                return first, read_exactly(wire, count)
    except ConnectionError as error:
        raise EOFError from error


def describe(first, body, version=5):
    kind = first >> 4
    name = NAMES.get(kind, f"packet type {kind}")
    if kind == 9:
        count = body[2] if version == 5 else -1  # properties: shorter than 128 bytes here
        return name + "".join(f" 0x{code:02x}" for code in body[3 + count:])
    at = {2: 1, 4: 2, 5: 2, 14: 0, 15: 0}.get(kind)
    if at is None:
        return name
    return f"{name} 0x{body[at] if len(body) > at else 0:02x}"


def hear(wire, last="pingresp", version=5):
    """What comes, up to that or until the broker closes: "puback 0x87, pingresp"; or until it is silent, which none should be."""
    heard = []
    while not heard or not heard[-1].startswith(last):
        try:
            heard.append(describe(*read_packet(wire), version))
        except EOFError:
            heard.append("closed")
            break
        except TimeoutError:
            heard.append("silence")
            break
    return ", ".join(heard)
