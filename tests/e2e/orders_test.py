#!/usr/bin/env python3
"""End to end, by REST: what a customer and a script see of the whole stack."""
import os
import signal
import unittest

from demo_stack import DemoStack, wait_for

ZIP = "60614"


class OrdersByRest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = DemoStack(DEMO_FLEET_ARGS=f"--zips {ZIP}", DRAY__STORE__ASK_AGAIN_SECONDS="2").wait_running()

    @classmethod
    def tearDownClass(cls):
        code = cls.stack.stop()
        assert code == 0, cls.stack.log.read_text()

    def test_an_order_is_delivered_and_the_stock_leaves(self):
        before = self.stack.product("hazy-ipa")
        order = self.stack.wait_status(self.stack.order(ZIP, quantity=3), "delivered")
        self.assertEqual([step["status"] for step in order["history"]],
                         ["processing", "reserved", "paid", "packed", "shipped", "awarded", "picked_up", "delivered"])
        self.assertTrue(order["vehicle"])
        self.assertEqual(order["total_cents"], 3 * before["unit_price_cents"])
        self.assertEqual(order["zip"], ZIP)
        wait_for(lambda: self.stack.product("hazy-ipa")["on_hand"] == before["on_hand"] - 3, "the stock has left", 60)

    def test_a_declined_card_cancels_the_order_and_restores_the_stock(self):
        order = self.stack.wait_status(self.stack.order(ZIP, card="4000000000000002", sku="kolsch"), "cancelled")
        self.assertEqual(order["reason"], "the card was declined")
        self.assertIsNone(order["vehicle"])
        wait_for(lambda: self.stack.product("kolsch")["reserved"] == 0, "the reservation is undone", 60)
        self.assertEqual(self.stack.product("kolsch")["on_hand"], 10000)

    def test_more_than_there_is_in_stock_is_cancelled_with_the_reason(self):
        items = [{"sku": "amber-ale", "quantity": 100}] * 20  # 2,000 an order, of 10,000
        ids = []
        for _ in range(6):
            _, body, _ = self.stack.http("/api/orders", {"zip": ZIP, "items": items, "card": "4242424242424242"})
            ids.append(body["order_id"])
        order = self.stack.wait_status(ids[-1], "cancelled")
        self.assertEqual(order["reason"], "not enough Amber Ale, 6 x 12 oz in stock")

    def test_wrong_orders_are_refused_with_the_field(self):
        good = {"zip": ZIP, "items": [{"sku": "hazy-ipa", "quantity": 1}], "card": "4242424242424242"}
        for change, field in (({"zip": "99999"}, "zip"), ({"items": [{"sku": "tea", "quantity": 1}]}, "items[0].sku"),
                              ({"items": [{"sku": "kolsch", "quantity": 0}]}, "items[0].quantity"),
                              ({"card": "4242424242424243"}, "card")):
            status, body, headers = self.stack.http("/api/orders", {**good, **change})
            self.assertEqual(status, 422, body)
            self.assertEqual(headers["Content-Type"], "application/problem+json")
            self.assertEqual(body["field"], field)
        status, body, _ = self.stack.http("/api/orders", b"{not json")
        self.assertEqual(status, 400, body)
        self.assertEqual(self.stack.http("/api/orders", b"x" * 100_000)[0], 413)
        self.assertEqual(self.stack.http("/api/orders/nobody")[0], 404)
        self.assertEqual(self.stack.http("/api/nothing")[0], 404)
        self.assertEqual(self.stack.http("/api/orders", method="DELETE")[0], 405)

    def test_the_page_and_the_map_are_served_and_nothing_else(self):
        status, page, headers = self.stack.http("/")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"<html", page)
        self.assertEqual(self.stack.http("/map/basemap.geojson")[1]["type"], "FeatureCollection")
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/map/streets.json/..", "/assets/"):
            self.assertEqual(self.stack.http(path)[0], 404, path)
        config = self.stack.http("/api/config")[1]
        self.assertEqual(config["ws_url"], self.stack.status()["ws"])
        self.assertEqual(config["city"], "Chicago")
        self.assertTrue(any(entry["zip"] == ZIP for entry in self.stack.http("/api/zips")[1]["zips"]))


class ServicesThatDie(unittest.TestCase):
    """Each service is killed (-9) with orders under way; started again, nothing is lost and nothing doubled."""

    SERVICES = ("inventory", "billing", "packing", "fraud", "logistics", "tracking", "crm", "reporting", "store")

    def test_killed_services_finish_every_order_once_they_are_back(self):
        stack = DemoStack(DEMO_FLEET_ARGS=f"--zips {ZIP}", DRAY__STORE__ASK_AGAIN_SECONDS="2", DEMO_RESTART="1")
        try:
            stack.wait_running()
            orders = []
            for name in self.SERVICES:
                orders += [stack.order(ZIP) for _ in range(3)]
                pid = stack.status()["pids"][f"dray-{name}"]
                os.kill(pid, signal.SIGKILL)
                wait_for(lambda: stack.status()["pids"].get(f"dray-{name}", pid) != pid, f"{name} is back", 60)
            for order in orders:
                stack.wait_status(order, "delivered")
            wait_for(lambda: stack.product("hazy-ipa")["on_hand"] == 10000 - 2 * len(orders), "the stock has left", 60)
            self.assertEqual(stack.product("hazy-ipa")["reserved"], 0)
        finally:
            stack.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
