#!/usr/bin/env python3
"""The trace of an order, as a collector gets it from the whole stack by OTLP/HTTP JSON; and a collector that goes away."""
import http.server
import json
import re
import threading
import unittest
import urllib.request

from demo_stack import DemoStack, wait_for

ZIP = "60614"
SERVICES = {"dray-store", "dray-inventory", "dray-fraud", "dray-billing", "dray-packing", "dray-logistics", "dray-fleet",
            "dray-tracking", "dray-crm"}


class Collector(http.server.ThreadingHTTPServer):
    """What it was sent, span by span, each with the name of its service."""

    def __init__(self):
        self.spans = []
        self.mistakes = []
        super().__init__(("127.0.0.1", 0), Intake)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, path, kind, body):
        if (path, kind) != ("/v1/traces", "application/json"):
            self.mistakes.append((path, kind))
        for resource in json.loads(body)["resourceSpans"]:
            about = {each["key"]: each["value"]["stringValue"] for each in resource["resource"]["attributes"]}
            for scope in resource["scopeSpans"]:
                self.spans += [{**span, "service": about["service.name"]} for span in scope["spans"]]

    def of(self, order):
        return [span for span in list(self.spans)
                if {"key": "dray.order_id", "value": {"stringValue": order}} in span["attributes"]]

    def close(self):
        self.shutdown()
        self.server_close()


class Intake(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.take(self.path, self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"])))
        answer = b'{"partialSuccess": {}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class TraceOfAnOrder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.collector = Collector()
        cls.stack = DemoStack(DEMO_FLEET_ARGS=f"--zips {ZIP}", OTEL_EXPORTER_OTLP_ENDPOINT=cls.collector.endpoint,
                              DRAY__METRICS="127.0.0.1:0").wait_running()

    @classmethod
    def tearDownClass(cls):
        code = cls.stack.stop()
        cls.collector.close()
        assert code == 0, cls.stack.log.read_text()

    def metric(self, service, name):
        """The sum of what that service says of it."""
        log = (self.stack.folder / "log" / f"{service}.log").read_text()
        address = re.search(r"metrics at (http://\S+)/metrics", log)[1]
        with urllib.request.urlopen(f"{address}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))

    def test_1_an_order_is_one_tree_from_the_store_to_the_customer(self):
        order = self.stack.order(ZIP)
        self.stack.wait_status(order, "delivered")

        def whole():
            names = {(span["service"], span["name"]) for span in self.collector.of(order)}
            # The last that are done for it.
            return {("dray-crm", "handle OrderDelivered"), ("dray-store", "handle OrderDelivered"),
                    ("dray-inventory", "handle OrderDelivered"), ("dray-tracking", "handle OrderDelivered")} <= names
        wait_for(whole, "all spans", 60)
        spans = self.collector.of(order)
        self.assertEqual(self.collector.mistakes, [])
        self.assertEqual(len({span["traceId"] for span in spans}), 1)
        ids = [span["spanId"] for span in spans]
        self.assertEqual(len(ids), len(set(ids)), "two spans of one id")
        by_id = {span["spanId"]: span for span in spans}

        roots = [span for span in spans if not span.get("parentSpanId")]
        self.assertEqual([(span["service"], span["name"]) for span in roots], [("dray-store", "OrderPlaced")])
        orphans = [(span["service"], span["name"], span["parentSpanId"]) for span in spans
                   if span.get("parentSpanId") and span["parentSpanId"] not in by_id]
        self.assertEqual(orphans, [])
        self.assertEqual(SERVICES - {span["service"] for span in spans}, set())

        def path(span):
            steps = []
            while span:
                steps.append((span["service"], span["name"]))
                span = by_id.get(span.get("parentSpanId"))
            return steps[::-1]
        # Who handles an event is the child of who said it.
        for span in spans:
            self.assertRegex(span["traceId"], "^[0-9a-f]{32}$")
            self.assertRegex(span["spanId"], "^[0-9a-f]{16}$")
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
            if span["name"].startswith("handle "):
                self.assertEqual("handle " + by_id[span["parentSpanId"]]["name"], span["name"])
        delivered = path(next(span for span in spans if (span["service"], span["name"]) == ("dray-crm", "handle OrderDelivered")))
        self.assertEqual(delivered[:2], [("dray-store", "OrderPlaced"), ("dray-inventory", "handle OrderPlaced")])
        for step in (("dray-packing", "OrderPacked"), ("dray-inventory", "ShipmentOffer"), ("dray-logistics", "VehicleCommand"),
                     ("dray-fleet", "VehicleStatus"), ("dray-logistics", "OrderDelivered")):
            self.assertIn(step, delivered)
        self.assertGreater(self.metric("dray-store", "dray_service_spans_exported_total"), 0)
        self.assertEqual(self.metric("dray-store", "dray_service_spans_dropped_total"), 0)

    def test_2_without_a_collector_orders_are_delivered_and_what_is_dropped_is_counted(self):
        self.collector.close()
        order = self.stack.order(ZIP)
        self.stack.wait_status(order, "delivered")
        wait_for(lambda: self.metric("dray-billing", "dray_service_spans_dropped_total") > 0, "spans are dropped", 30)
        log = (self.stack.folder / "log/dray-billing.log").read_text()
        self.assertIn("spans do not reach 127.0.0.1:", log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
