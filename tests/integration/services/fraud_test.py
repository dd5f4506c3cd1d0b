#!/usr/bin/python3
"""Fraud: added while the others run."""
import unittest

from world import World, wait_for


class Fraud(World):
    def test_fraud_added_while_the_others_run_stops_an_order_without_their_knowing(self):
        self.start_services("inventory", "billing", "packing", "logistics", "store")
        self.start("fraud", "--orders-per-hour-max", "2")
        orders = [self.order(customer="mallory@example.com") for _ in range(3)]
        honest = self.order(customer="ada@example.com")
        # Whoever has the third order when fraud speaks ends it: inventory, or logistics once it is offered.
        wait_for(lambda: [self.status(order) for order in (*orders, honest)] ==
                 ["shipped", "shipped", "cancelled", "shipped"], "one is cancelled, the others go on")
        self.assertEqual(self.get(f"/api/orders/{orders[2]}")["reason"], "too many orders in an hour: please call us")


if __name__ == "__main__":
    unittest.main(verbosity=2)
