"""What vehicles and dispatch say, as protobuf, written and read without a library for it."""
import re
import struct
import subprocess
import uuid
from pathlib import Path

PROTO = Path(__file__).resolve().parents[3] / "proto"


def field(number, value):
    """A field of a protobuf message: a text, another message or a small number."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def bid(order, vehicle, eta_seconds=60):
    header = field(1, str(uuid.uuid4())) + field(2, order)
    return field(1, header) + field(2, 1) + field(3, f"bid-{vehicle}") + field(4, vehicle) + field(5, eta_seconds)


def position(latitude, longitude):
    return b"\x09" + struct.pack("<d", latitude) + b"\x11" + struct.pack("<d", longitude)


def award(order, vehicle):
    there = position(41.88, -87.63)
    header = field(1, str(uuid.uuid4())) + field(2, order)
    return field(1, header) + field(2, 1) + field(3, vehicle) + field(5, there) + field(6, there)


def location(vehicle):
    return field(1, vehicle) + field(2, position(41.9, -87.65))


def said_at_ms(message):
    """When an event says that it happened."""
    text = subprocess.run(["protoc", "--decode=dray.v1.AnyEvent", f"-I{PROTO}", "dray/v1/event.proto"], check=True,
                          input=message.payload, capture_output=True, timeout=30).stdout.decode(errors="replace")
    return int(re.search(r"occurred_at_ms: (\d+)", text).group(1))
