"""A broker that is measured, in a folder of its own, and dray-bench, which measures it."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "build/release/bin"


def bench(url, *arguments):
    """The figures of one run of dray-bench; what was lost is one of them."""
    command = [str(BIN / "dray-bench"), "--broker", url, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if not done.stdout:
        raise SystemExit(f"failed: {' '.join(command)}")
    return json.loads(done.stdout)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    def __init__(self, kind, folder, threads, config=""):
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        if kind == "mosquitto":
            file = folder / "mosquitto.conf"
            file.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
                              f"persistence_location {folder}/\nmax_queued_messages 0\nuser root\n")
            command = ["mosquitto", "-c", str(file)]
        else:
            command = [str(BIN / "drayd"), "--mqtt", f"127.0.0.1:{self.port}", "--ws=", "--data-dir", str(folder),
                       "--threads", str(threads), "--set", f"durability={kind}",
                       "--set", "limits.queue_messages_max=100000000",
                       "--set", "limits.queue_bytes_max=16000000000"]
            if config:
                file = folder / "drayd.toml"
                file.write_text(config)
                command += ["--config", str(file)]
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(folder / "log", "ab"))

    def seconds_to_connack(self):
        """From the start of the process to the first CONNACK, of a session that it kept if there is one."""
        connect = b"\x10\x0e\x00\x04MQTT\x04\x00\x00\x00\x00\x02d0"
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 30) as client:
                    client.sendall(connect)
                    if client.recv(4)[:1] == b"\x20":
                        return time.monotonic() - self.started
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() - self.started > 60:
                raise SystemExit("the broker did not start")
            time.sleep(0.005)

    def memory_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()
