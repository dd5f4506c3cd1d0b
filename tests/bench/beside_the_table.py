"""What tests/bench/run asks beside its table of loads. Each question keeps its figures of each round in `kept` and tells
them as a table of its own.
"""
import json
import pathlib
import statistics
import subprocess
import tempfile

import broker_process
from broker_process import BIN, bench
from side_by_side import TRANSPORTS, measure

PER_MESSAGE_MAX = {"TCP": 1.0, "WebSocket": 1.3, "TLS": 1.6}  # to TCP
IDLE_CLIENT_BYTES_MAX = 1536  # with one subscription, over TCP
LIVE_P99_GROWTH_MAX = 2
CORE_CLIENTS = 1_000_000


def spread(values, form="{:,.2f}"):
    return f"{form.format(statistics.median(values))} ({form.format(min(values))} – {form.format(max(values))})"


def verdict(value, limit, form="{:.2f}"):
    return f"**{form.format(value)}**" + ("" if value <= limit else " missed")


def add(kept, name, value):
    kept.setdefault(name, []).append(value)
    print(f"{name}: {value:,g}", flush=True)


class LoneMessages:
    """What the machine's system calls alone cost when messages come one by one: no broker gets below that."""

    title = "20,000 messages/s, and how little a broker can do (`bare_forwarder`: epoll_wait, recv, send)"
    ROW = "bare forwarder"
    BROKERS = ("drayd, 1 thread", "drayd, 2 threads", "mosquitto")

    def round(self, kept, options):
        with subprocess.Popen([BIN / "bare_forwarder"], stdout=subprocess.PIPE, text=True) as forwarder:
            url = f"mqtt://127.0.0.1:{forwarder.stdout.readline().strip()}"
            figures = bench(url, "--pid", forwarder.pid, "--seconds", options.seconds, "rate")
            forwarder.terminate()
        add(kept, self.ROW, figures["cpu_s_per_million"])
        for broker in self.BROKERS:
            add(kept, broker, measure(broker, ["rate"], options.seconds)["cpu_s_per_million"])

    def table(self, kept):
        mosquitto = statistics.median(kept["mosquitto"])
        lines = ["| CPU s per million | | to mosquitto |", "|---|---:|---:|"]
        return "\n".join(lines + [f"| {name} | {spread(kept[name])} | {statistics.median(kept[name]) / mosquitto:.2f} |"
                                  for name in (self.ROW, *self.BROKERS)])


class Transports:
    """What a message costs over each transport: drayd alone, against itself over TCP."""

    title = "What a transport adds to a message"

    def round(self, kept, options):
        for name in TRANSPORTS:
            figures = measure("drayd, 1 thread", ["pairs", "--qos", "1"], options.seconds, name)
            add(kept, name, figures["cpu_s_per_million"])

    def table(self, kept):
        tcp = statistics.median(kept["TCP"])
        lines = ["| 100 pairs, QoS 1, drayd, 1 thread | CPU s per million | to TCP | bar |", "|---|---:|---:|---:|"]
        for name, bar in PER_MESSAGE_MAX.items():
            ratio = statistics.median(kept[name]) / tcp
            lines.append(f"| {name} | {spread(kept[name])} | {verdict(ratio, bar)} | {bar:.1f} |")
        return "\n".join(lines)


class IdleClients:
    """Memory of a client that is connected and says nothing; of drayd's core also without sockets."""

    title = "Memory of clients that are connected and say nothing"

    BROKERS = ("drayd, 1 thread", "mosquitto")
    ROWS = {"TCP, no subscription": ("TCP", []), "TCP": ("TCP", ["--subscribe"]),
            "WebSocket": ("WebSocket", ["--subscribe"]), "TLS": ("TLS", ["--subscribe"])}
    CORE = f"the core alone, {CORE_CLIENTS:,} clients"

    def round(self, kept, options):
        for row, (transport, arguments) in self.ROWS.items():
            for broker in self.BROKERS:
                figures = measure(broker, ["connect", "--clients", options.idle_clients, *arguments], 1, transport)
                add(kept, f"{row}: {broker}", figures["rss_bytes_per_client"])
        core = subprocess.run([BIN / "core_bench", "idle", str(CORE_CLIENTS)], stdout=subprocess.PIPE, check=True)
        add(kept, self.CORE, json.loads(core.stdout)["bytes_per_client"])

    def table(self, kept):
        lines = ["| an idle client with one subscription, bytes | " + " | ".join(self.BROKERS) + " | bar |",
                 "|---|" + "---:|" * (len(self.BROKERS) + 1)]
        for row in self.ROWS:
            cells = [f"{statistics.median(kept[f'{row}: {broker}']):,.0f}" for broker in self.BROKERS]
            bar = ""
            if row == "TCP":
                bar = f"{IDLE_CLIENT_BYTES_MAX:,}"
                cells[0] = verdict(statistics.median(kept[f"{row}: {self.BROKERS[0]}"]), IDLE_CLIENT_BYTES_MAX, "{:,.0f}")
            lines.append(f"| {row} | " + " | ".join(cells) + f" | {bar} |")
        core = verdict(statistics.median(kept[self.CORE]), IDLE_CLIENT_BYTES_MAX, "{:,.0f}")
        return "\n".join([*lines, f"| {self.CORE} | {core} | | {IDLE_CLIENT_BYTES_MAX:,} |"])


class LiveBesideDurable:
    """Latency of live QoS 0 messages, alone and while QoS 1 messages are kept on disk for others."""

    title = "Latency of live messages while others are kept on disk"

    DURABLE = ["durable", "--publishers", 50, "--window", 1]
    LIVE = ["rate", "--messages", 5000]

    def round(self, kept, options):
        for threads in (1, 2):
            for beside in (False, True):
                figures = self.measure(threads, beside, options.seconds)
                for column in ("p50_us", "p99_us", "p999_us"):
                    add(kept, f"{threads}, {beside}: {column}", figures[column])

    def measure(self, threads, beside, seconds):
        with tempfile.TemporaryDirectory(prefix="dray-bench-") as folder:
            broker = broker_process.Broker("fsync", pathlib.Path(folder), threads)
            broker.seconds_to_connack()
            durable = subprocess.Popen(
                [BIN / "dray-bench", "--broker", broker.url, "--topics", "keep", "--seconds", str(seconds + 3),
                 *map(str, self.DURABLE)], stdout=subprocess.DEVNULL) if beside else None
            figures = bench(broker.url, "--warm-up", 2, "--seconds", seconds, *self.LIVE)
            if durable and durable.wait() != 0:
                raise SystemExit("the durable load failed")
            broker.end()
        return figures

    def table(self, kept):
        lines = ["| 5,000 live messages/s, QoS 0, µs | p50 | p99 | p99.9 | p99 to alone | bar |", "|---|" + "---:|" * 5]
        for threads in (1, 2):
            for beside in (False, True):
                cells = [statistics.median(kept[f"{threads}, {beside}: {column}"]) for column in ("p50_us", "p99_us", "p999_us")]
                growth = cells[1] / statistics.median(kept[f"{threads}, False: p99_us"])
                load = "beside 50 publishers of QoS 1, fsync" if beside else "alone"
                lines.append(f"| drayd, {threads} thread{'s' * (threads > 1)}, {load}" + "".join(f" | {cell:,.0f}" for cell in cells)
                             + (f" | {verdict(growth, LIVE_P99_GROWTH_MAX)} | {LIVE_P99_GROWTH_MAX} |" if beside else " | | |"))
        return "\n".join(lines)


QUESTIONS = {"lone messages": LoneMessages(), "transports": Transports(), "idle clients": IdleClients(),
             "live beside durable": LiveBesideDurable()}
