"""The brokers that are compared, each with the listeners that it has, and one load on one of them."""
import os
import pathlib
import sys

from broker_process import BIN, bench

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration/clients"))
os.environ.setdefault("DRAY_TEST_DEADLINE_MS", "120000")
from broker import Broker  # noqa: E402

# By default it discards QoS 1 and 2 beyond 100 that wait for a client, which these loads exceed.
MOSQUITTO_SETTINGS = "max_queued_messages 0\n"
BROKERS = {"drayd, 1 thread": 1, "drayd, 2 threads": 2, "mosquitto": 0}
TRANSPORTS = {"TCP": ("mqtt", "mqtt_port"), "WebSocket": ("ws", "ws_port"), "TLS": ("mqtts", "mqtts_port")}


def measure(name, arguments, seconds, transport="TCP"):
    threads = BROKERS[name]
    scheme, port = TRANSPORTS[transport]
    with Broker(str(BIN / "drayd") if threads else "mosquitto", threads, MOSQUITTO_SETTINGS) as broker:
        return bench(f"{scheme}://127.0.0.1:{getattr(broker, port)}", "--insecure", "--pid", broker.process.pid, "--warm-up",
                     min(1, seconds / 4), "--seconds", seconds, *arguments)
