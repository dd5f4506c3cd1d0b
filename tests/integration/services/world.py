"""The world of one test: a broker and the services that it starts, on free ports, in a folder of their own.

$DRAY_TEST_BROKER is mosquitto or drayd (a path), $DRAY_TEST_CONSUME how services take their events; with
$DRAY_TEST_DATABASE (see postgres.py) their databases are there, in a database for each test.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
import uuid
from functools import partial
from pathlib import Path

import paho.mqtt.client as mqtt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from free_ports import free_ports  # noqa: E402
from postgres import BINARIES  # noqa: E402
import waiting  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("DEMO_BUILD", ROOT / "build/release"))
BROKER = os.environ.get("DRAY_TEST_BROKER", "mosquitto")
CONSUME = os.environ.get("DRAY_TEST_CONSUME", "subscription" if BROKER == "mosquitto" else "queue")
DATABASE = os.environ.get("DRAY_TEST_DATABASE", "")
ORDER = {"zip": "60614", "items": [{"sku": "hazy-ipa", "quantity": 1}], "card": "4242424242424242"}
wait_for = partial(waiting.wait_for, seconds=60)  # several programs start and answer each other


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class World(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="dray-services-"))
        self.port = free_ports(1)[0]
        self.processes = {}
        self.database = self.make_database() if DATABASE else ""
        self.addCleanup(self.stop_all)
        self.start_broker()

    def make_database(self):
        name = f"test_{uuid.uuid4().hex}"
        subprocess.run([f"{BINARIES}/psql", "-q", DATABASE, "-c", f"CREATE DATABASE {name}"], check=True, timeout=60)
        return DATABASE.rsplit("/", 1)[0] + "/" + name

    def stop_all(self):
        for name in reversed(list(self.processes)):
            self.stop(name)

    def start_broker(self, *more):
        """`more`: options of drayd."""
        if BROKER == "mosquitto":
            config = self.folder / "mosquitto.conf"
            config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
            command = ["/usr/sbin/mosquitto", "-c", config]
        else:
            config = self.folder / "broker.toml"
            queues = (ROOT / "services/demo/broker.toml").read_text()
            config.write_text(queues.replace("deliveries_max = 10", "deliveries_max = 3").replace("delay_ms = 200", "delay_ms = 10"))
            command = [BROKER, "--config", config, "--mqtt", f"127.0.0.1:{self.port}", "--ws", "127.0.0.1:0",
                       "--data-dir", self.folder / "broker", *more]
        with open(self.folder / "broker.log", "a") as log:
            self.processes["broker"] = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(lambda: accepts(self.port), "the broker accepts connections")

    def start(self, name, *more, instance=None):
        command = [BUILD / f"bin/dray-{name}", "--broker", f"mqtt://127.0.0.1:{self.port}", "--data-dir", self.folder,
                   "--consume", CONSUME, "--client-id", f"dray-{instance or name}", "--database", self.database]
        with open(self.folder / f"{instance or name}.log", "a") as log:
            process = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(process.stdout.close)
        self.processes[instance or name] = process
        line = process.stdout.readline()
        self.assertTrue(line.startswith("ready"), f"{name} says {line!r}: {self.log(name)}")
        if name == "store":
            self.store = line.split("http=")[1].strip()
        return line.split("http=")[1].strip() if "http=" in line else None

    def start_services(self, *names, ask_again_seconds=1):
        of_the_store = ["--http", "127.0.0.1:0", "--ask-again-seconds", str(ask_again_seconds)]
        for name in names:
            self.start(name, *(of_the_store if name == "store" else []))
        if "store" in names and "inventory" in names:
            wait_for(lambda: len(self.get("/api/products")["products"]) == 10, "the store knows the products")

    def stop(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(30)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def get(self, path, address=None):
        with urllib.request.urlopen(f"http://{address or self.store}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path, body, address=None):
        with urllib.request.urlopen(f"http://{address or self.store}{path}", json.dumps(body).encode(), 30) as answer:
            return json.load(answer)

    def metric(self, instance, name):
        address = re.search(r"metrics at (http://\S+)", self.log(instance)).group(1)
        with urllib.request.urlopen(address, timeout=30) as answer:
            line = next(line for line in answer.read().decode().splitlines() if line.startswith(name))
            return int(line.rsplit(" ", 1)[1])

    def order(self, **change):
        body = json.dumps({**ORDER, **change}).encode()
        with urllib.request.urlopen(f"http://{self.store}/api/orders", body, timeout=30) as answer:
            self.assertEqual(answer.status, 202)
            return json.load(answer)["order_id"]

    def status(self, order):
        return self.get(f"/api/orders/{order}")["status"]

    def reserved(self, sku="hazy-ipa"):
        return next(p["reserved"] for p in self.get("/api/products")["products"] if p["sku"] == sku)

    def listen(self, topic="#"):
        listener = Listener(self.port, topic)
        self.addCleanup(listener.close)
        return listener


class Listener:
    """An MQTT 5 client that remembers what it hears."""

    def __init__(self, port, topic):
        self.heard = []
        self.subscribed = threading.Event()
        self.client = mqtt.Client(protocol=mqtt.MQTTv5)
        self.client.on_message = lambda _client, _data, message: self.heard.append(message)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect("127.0.0.1", port)
        self.client.subscribe(topic, qos=1)
        self.client.loop_start()
        assert self.subscribed.wait(30), "not subscribed"

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def on(self, prefix):
        return [message for message in list(self.heard) if message.topic.startswith(prefix)]

    def wait(self, prefix, count=1):
        return wait_for(lambda: len(self.on(prefix)) >= count and self.on(prefix), f"{count} x {prefix}")

    def publish(self, topic, payload):
        self.client.publish(topic, payload, qos=1).wait_for_publish(30)


def properties(message):
    return dict(message.properties.UserProperty)
