"""Bytes that are no MQTT, or break its rules: the connection ends, and 5.0 is told why."""
import socket

from packets import ALIAS, auth, connect, hear, packet, publish, subscribe, text
from stand import PASSWORDS, Case, car_says, says

ERRORS = "dray_protocol_errors_total"


def closed(why, reason):
    return rf'connection closed .*why="{why}.*" reason={reason}'


def is_silent(stand):
    with stand.wire() as wire:
        return hear(wire)


def sends_half(stand):
    with stand.wire() as wire:
        wire.sendall(connect("half", "car", PASSWORDS["car"])[:10])
        return hear(wire)


def goes_quiet(stand):
    with stand.wire() as wire:
        wire.sendall(connect(stand.name(), "car", PASSWORDS["car"], keep_alive=1))
        return hear(wire, "closed")


def sends_too_fast(stand):
    """Twice a second's worth and more, at once; what the broker does not take is in the sockets."""
    with stand.wire() as wire:
        wire.sendall(connect(stand.name(), "car", PASSWORDS["car"]))
        assert hear(wire, "connack 0x00") == "connack 0x00"
        try:
            wire.sendall(publish("free/x", qos=0) * 1000)
        except OSError:
            pass
        return hear(wire, "disconnect 0x96")


def resets(stand):
    with stand.wire() as wire:
        wire.sendall(connect(stand.name(), "car", PASSWORDS["car"]))
        heard = hear(wire, "connack 0x00")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return heard


CASES = [
    Case("a PUBLISH without a CONNECT", says(publish("car/x")), ".*closed", closed("the first packet is not CONNECT", "0x82"),
         ERRORS),
    Case("HTTP on the port of MQTT", says(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ".*closed", "connection closed", ERRORS),
    Case("a protocol level that does not exist", says(connect("a", "car", "hops", version=9)), "connack 0x.., closed",
         closed("unknown protocol name or level", "0x84"), "dray_connects_refused_total"),
    Case("a reserved flag in CONNECT", says(connect("a", "car", "hops", flags=0x03)), ".*closed",
         closed("reserved connect flag is set", "0x81"), "dray_connects_refused_total"),
    Case("nothing is said", is_silent, ".*closed", closed("not connected in time", "0xa0")),
    Case("half a CONNECT is said", sends_half, ".*closed", closed("not connected in time", "0xa0")),
    Case("a second CONNECT", car_says(connect("again", "car", "hops")), "disconnect 0x82, closed",
         closed("packet out of place", "0x82"), ERRORS),
    Case("a packet that only servers send", car_says(b"\x90\x04\x00\x01\x00\x00"), "disconnect 0x82, closed",
         closed("packet out of place", "0x82"), ERRORS),
    Case("packet type 0", car_says(b"\x00\x00"), "disconnect 0x81, closed", r"connection closed .*reason=0x81", ERRORS),
    Case("a length of five bytes", car_says(b"\x30\xff\xff\xff\xff\x01"), "disconnect 0x81, closed",
         closed("malformed fixed header or packet too large", "0x81"), ERRORS),
    Case("a packet larger than allowed", car_says(publish("car/x", "x" * 5000)), "disconnect 0x95, closed",
         closed("malformed fixed header or packet too large", "0x95"), ERRORS),
    Case("a gigabyte is announced", car_says(b"\x30\xff\xff\xff\x7f"), "disconnect 0x95, closed",
         closed("malformed fixed header or packet too large", "0x95"), ERRORS),
    Case("QoS 3", car_says(packet(0x36, text("car/x") + b"\0\1\0")), "disconnect 0x81, closed", closed("QoS 3", "0x81"), ERRORS),
    Case("a wildcard in a topic", car_says(publish("car/#")), "disconnect 0x90, closed",
         closed("wildcard in topic name", "0x90"), ERRORS),
    Case("a NUL in a topic", car_says(publish("car/\0")), "disconnect 0x81, closed",
         closed("topic name is not valid UTF-8", "0x81"), ERRORS),
    Case("a topic that is not UTF-8", car_says(packet(0x30, text(b"car/\xc0\x80") + b"\0x")), "disconnect 0x81, closed",
         closed("topic name is not valid UTF-8", "0x81"), ERRORS),
    Case("a topic alias beyond what was agreed", car_says(publish("car/x", extra=[(ALIAS, 3)])), "disconnect 0x94, closed",
         closed("topic alias out of range", "0x94"), ERRORS),
    Case("a topic alias that stands for nothing", car_says(publish("", extra=[(ALIAS, 1)])), "disconnect 0x82, closed",
         closed("unknown topic alias", "0x82"), ERRORS),
    Case("more at once than Receive Maximum", car_says(*(publish("free/x", qos=2, packet_id=i) for i in range(1, 6))),
         "(pubrec 0x10, ){4}disconnect 0x93, closed", closed("more unacknowledged messages than Receive Maximum", "0x93"), ERRORS),
    Case("a SUBSCRIBE for nothing", car_says(subscribe()), "disconnect 0x82, closed",
         closed("SUBSCRIBE without a topic filter", "0x82"), ERRORS),
    Case("a filter that is none", car_says(subscribe("car/#/x")), "disconnect 0x8f, closed", closed("bad topic filter", "0x8f"),
         ERRORS),
    Case("a property twice", car_says(publish("car/x", extra=[(ALIAS, 1), (ALIAS, 1)])), "disconnect 0x82, closed",
         closed("property given twice", "0x82"), ERRORS),
    Case("a property that does not exist", car_says(packet(0x30, text("car/x") + b"\2\x7f\0x")), "disconnect 0x81, closed",
         closed("unknown property", "0x81"), ERRORS),
    Case("AUTH where no method was agreed", car_says(auth(b"SCRAM-SHA-256", b"x")), "disconnect 0x82, closed",
         closed("AUTH without an authentication method", "0x82"), ERRORS),
    Case("silence beyond the Keep Alive", goes_quiet, "connack 0x00, disconnect 0x8d, closed", "connection closed .*0x8d"),
    Case("the connection is torn", resets, "connack 0x00"),
    Case("a client that sends too fast and does not stop", sends_too_fast, "disconnect 0x96",
         closed("it has sent more than its rate allows for too long", "0x96"), "dray_clients_too_fast_total"),
]
