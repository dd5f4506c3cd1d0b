"""Ports for programs that cannot ask the system for one, or that come back on the one they had.

They lie below those that the system gives to whoever asks (32768 and up on Linux). Up there a port that is free while
its program is away may be somebody else's when it returns, and who tries a closed port again and again may even be
connected with itself.
"""
import random
import socket

# tests/conformance/harness/free_port.cpp, which needs hundreds, has those above.
LOWEST, HIGHEST = 10_000, 22_000


def free_ports(count):
    """So many in a row on loopback that were free a moment ago."""
    for first in random.SystemRandom().sample(range(LOWEST, HIGHEST - count), 200):
        ports = list(range(first, first + count))
        if all(is_free(port) for port in ports):
            return ports
    raise RuntimeError(f"no {count} free ports in a row")


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
