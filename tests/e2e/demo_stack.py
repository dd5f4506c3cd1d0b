"""The demo stack as a test fixture: started on free ports in a folder of its own, stopped in any case."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from free_ports import free_ports  # noqa: E402
from waiting import wait_for  # noqa: E402


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


class DemoStack:
    def __init__(self, **environment):
        self.folder = Path(tempfile.mkdtemp(prefix="dray-e2e-"))
        self.base = free_ports(4)[0]
        settings = {"DEMO_PORT_BASE": str(self.base), "DEMO_DIR": str(self.folder), "DEMO_VEHICLES": "20",
                    "DEMO_SPEED": "60", **environment}
        self.log = self.folder / "demo.out"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([sys.executable, ROOT / "services/demo/run"],
                                            env={**os.environ, **settings}, stdout=log,
                                            stderr=subprocess.STDOUT)

    def status(self):
        try:
            return json.loads((self.folder / "status.json").read_text())
        except (OSError, ValueError):
            return {"state": "", "pids": {}}

    def wait_running(self):
        def running_or_ended():
            return self.status()["state"] == "running" or self.process.poll() is not None
        wait_for(running_or_ended, "the demo is running", 120)
        assert self.process.poll() is None, self.log.read_text()
        return self

    def children(self):
        """Every process whose parent is the demo, whatever status.json says."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def http(self, path, body=None, method=None):
        """(status, parsed JSON or text, headers)"""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.base}{path}", data, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return answer.status, json.loads(text) if is_json and text else text, answer.headers

    def order(self, zip_code, card="4242424242424242", sku="hazy-ipa", quantity=2):
        status, body, _ = self.http("/api/orders", {"zip": zip_code, "card": card,
                                                    "items": [{"sku": sku, "quantity": quantity}]})
        assert status == 202, (status, body)
        assert body["status"] == "processing", body
        return body["order_id"]

    def show(self, order_id):
        return self.http(f"/api/orders/{order_id}")[1]

    def wait_status(self, order_id, wanted, seconds=180):
        wait_for(lambda: self.show(order_id)["status"] == wanted, f"{order_id} is {wanted}", seconds)
        return self.show(order_id)

    def product(self, sku):
        return next(product for product in self.http("/api/products")[1]["products"] if product["sku"] == sku)
