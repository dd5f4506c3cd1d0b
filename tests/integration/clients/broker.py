"""A real broker for a test: drayd, or mosquitto as the proof that the test asks nothing odd.

    with Broker(program) as broker: ... broker.mqtt_port, broker.ws_port, broker.mqtts_port, broker.wss_port

broker.certified_port wants a client certificate and takes its common name for the user name. The certificates are in
broker.certificates.

Ports are chosen by the system, and everything is over when the block ends. A broker that does not end cleanly on
SIGTERM fails the test.
"""
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

from certificates import Certificates

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from free_ports import free_ports  # noqa: E402
from waiting import DEADLINE_S, wait_for  # noqa: E402


class Broker:
    def __init__(self, program, threads=4, mosquitto_settings=""):
        self.is_drayd = program != "mosquitto"
        self.folder = tempfile.TemporaryDirectory(prefix="dray-integration-")
        self.certificates = Certificates(self.folder.name)
        self.log = open(pathlib.Path(self.folder.name) / "log", "w")
        if self.is_drayd:
            self._start_drayd(program, threads)
        else:
            self._start_mosquitto(mosquitto_settings)

    def _start_drayd(self, program, threads):
        config = pathlib.Path(self.folder.name) / "drayd.toml"
        config.write_text(f"""
            [[listener]]
            kind = "mqtts"
            bind = "127.0.0.1:0"
            allow_anonymous = false
            client_certificate = "required"
            client_ca_file = "{self.certificates.authority}"
            client_identity = "cn"
            """)
        secure = self.certificates.server
        arguments = ["--config", config, "--threads", threads, "--set", "limits.sys_interval_ms=1000",
                     "--cert", secure.certificate, "--key", secure.key]
        for kind in ("mqtt", "ws", "mqtts", "wss"):
            arguments += [f"--{kind}", "127.0.0.1:0"]
        self.process = subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=self.log)
        ready, _, _ = select.select([self.process.stdout], [], [], DEADLINE_S)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line.startswith("ready "):
            self.process.kill()
            raise AssertionError(f"drayd is not ready; it said {line!r}\n{self.read_log()}")
        kinds = [part.split("=")[0] for part in line.split()[1:]]
        assert kinds == ["mqtt", "ws", "mqtts", "wss", "mqtts"], line
        ports = [int(part.rsplit(":", 1)[1]) for part in line.split()[1:]]
        self.mqtt_port, self.ws_port, self.mqtts_port, self.wss_port, self.certified_port = ports

    def _start_mosquitto(self, settings):
        config = pathlib.Path(self.folder.name) / "mosquitto.conf"
        for _ in range(10):
            self.mqtt_port, self.ws_port, self.mqtts_port, self.wss_port, self.certified_port = free_ports(5)
            secure = (f"cafile {self.certificates.authority}\ncertfile {self.certificates.server.certificate}\n"
                      f"keyfile {self.certificates.server.key}\n")
            config.write_text(
                f"user root\nallow_anonymous true\nsys_interval 1\n{settings}"
                f"listener {self.mqtt_port} 127.0.0.1\n"
                f"listener {self.mqtts_port} 127.0.0.1\n{secure}"
                f"listener {self.certified_port} 127.0.0.1\n{secure}"
                "require_certificate true\nuse_identity_as_username true\n"
                f"listener {self.wss_port} 127.0.0.1\nprotocol websockets\n{secure}"
                f"listener {self.ws_port} 127.0.0.1\nprotocol websockets\n")
            self.process = subprocess.Popen(["mosquitto", "-c", str(config)], stdout=self.log, stderr=self.log)
            # Said once all ports are its own: a mosquitto of another test would accept on one of them too.
            wait_for(lambda: " running\n" in self.read_log() or self.process.poll() is not None, "mosquitto runs or gives up")
            if self.process.poll() is None:
                return
        raise AssertionError("mosquitto does not start\n" + self.read_log())

    def read_log(self):
        return pathlib.Path(self.log.name).read_text()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "none: it did not stop on SIGTERM"
        if status != 0 and kind is None:
            raise AssertionError(f"the broker's exit status is {status}\n{self.read_log()}")
        self.folder.cleanup()
