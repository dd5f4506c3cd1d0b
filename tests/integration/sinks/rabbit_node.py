"""A RabbitMQ server for a test, the real one from Debian, with everything of its own: node name, epmd, ports on loopback,
home, database. Nothing of it is left when it is over.

    with RabbitNode(folder) as rabbit:
        rabbit.port, rabbit.tls_port, rabbit.certificates.authority
        rabbit.kill()      SIGKILL; rabbit.start() brings it back with what it had on disk

Users are dray and narrow, with the password secret; narrow may publish to t.0, t.1, t.2 and t.4 only.
"""
import base64
import ctypes
import hashlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pika

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "integration/clients")]
from certificates import Certificates  # noqa: E402
from free_ports import free_ports  # noqa: E402
from waiting import wait_for  # noqa: E402

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
START_S = 150  # most of them on a machine that does much else
CONFIG = """
listeners.tcp.1 = 127.0.0.1:{port}
listeners.ssl.1 = 127.0.0.1:{tls_port}
ssl_options.cacertfile = {authority}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
load_definitions = {definitions}
log.console = false
disk_free_limit.absolute = 1MB
"""


def die_with_parent():
    """Even if the test is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def user(name):
    salt = b"salt"
    proof = base64.b64encode(salt + hashlib.sha256(salt + b"secret").digest()).decode()
    return {"name": name, "password_hash": proof, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}


def definitions():
    everything = {"vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    return {"users": [user("dray"), user("narrow")], "vhosts": [{"name": "/"}],
            "permissions": [{"user": "dray", **everything}, {"user": "narrow", **everything}],
            "topic_permissions": [{"user": "narrow", "vhost": "/", "exchange": "amq.topic", "write": "^t[.][0124]$",
                                   "read": ".*"}]}


class RabbitNode:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port, self.tls_port, epmd_port, distribution_port = free_ports(4)
        self.certificates = Certificates(folder)
        server = self.certificates.server
        (self.folder / "rabbitmq.conf").write_text(CONFIG.format(
            port=self.port, tls_port=self.tls_port, authority=self.certificates.authority,
            certificate=server.certificate, key=server.key, definitions=self.folder / "definitions.json"))
        (self.folder / "definitions.json").write_text(json.dumps(definitions()))
        (self.folder / "plugins").write_text("[].\n")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(epmd_port), "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_MAX_PORTS": "1024",
            "RABBITMQ_NODENAME": f"dray{os.getpid()}@localhost", "RABBITMQ_DIST_PORT": str(distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"), "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"), "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"), "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            # The virtual machine takes the place of the script that starts it.
            "RUNNING_UNDER_SYSTEMD": "true",
            # Small and quick to start.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
        }
        # The server would leave one running.
        self.epmd = subprocess.Popen(["epmd", "-port", str(epmd_port), "-address", "127.0.0.1"],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.process = None
        self.start()

    def start(self):
        with open(self.folder / "output", "a") as output:
            self.process = subprocess.Popen([SERVER], env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True, preexec_fn=die_with_parent)
        try:
            wait_for(self.is_open, "RabbitMQ's port", START_S)
        except AssertionError:
            self.kill()
            print((self.folder / "output").read_text(), file=sys.stderr)
            raise

    def is_open(self):
        if self.process.poll() is not None:
            raise AssertionError("RabbitMQ ended: " + (self.folder / "output").read_text())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # its session: the virtual machine and its helpers
        self.process.wait()

    def connect(self):
        return pika.BlockingConnection(pika.ConnectionParameters(
            "127.0.0.1", self.port, credentials=pika.PlainCredentials("dray", "secret")))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.epmd.terminate()
        self.epmd.wait()
