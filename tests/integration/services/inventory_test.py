#!/usr/bin/python3
"""Inventory: what comes again, what waits for it, and two of them that share the load."""
import os
import random
import signal
import time
import unittest

from world import CONSUME, World, properties, wait_for


class Inventory(World):
    def test_an_event_that_comes_again_changes_nothing_and_is_answered_again(self):
        listener = self.listen("order/#")
        self.start_services("inventory", "store")
        self.order()
        placed = listener.wait("order/new/")[0]
        first = listener.wait("order/reserved/")[0]
        listener.publish(placed.topic, placed.payload)
        again = listener.wait("order/reserved/", 2)[1]
        self.assertEqual(properties(again)["event-id"], properties(first)["event-id"])
        wait_for(lambda: self.reserved() == 1, "one is reserved")

    def test_stock_levels_are_retained_for_whoever_comes_later(self):
        self.start_services("inventory")
        self.listen("data/inventory/+").wait("data/inventory/", 10)
        late = self.listen("data/inventory/+")
        self.assertEqual(len({message.topic for message in late.wait("data/inventory/", 10)}), 10)
        self.assertTrue(all(message.retain for message in late.heard[:10]))

    def test_what_happened_while_a_service_was_down_reaches_it_when_it_is_back(self):
        self.start_services("inventory", "billing", "packing", "store")
        self.stop("inventory")
        orders = [self.order() for _ in range(5)]
        self.start("inventory")
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == 5, "five are reserved, no more")

    def test_a_killed_inventory_neither_loses_nor_doubles_an_order(self):
        self.start_services("billing", "packing", "inventory", "store")
        orders = []
        for _ in range(4):
            orders += [self.order() for _ in range(5)]
            self.stop("inventory", signal.SIGKILL)
            self.start("inventory")
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == 20, "twenty are reserved, no more")


@unittest.skipIf(CONSUME == "subscription", "each instance has a subscription of its own")
class Instances(World):
    def test_two_instances_share_the_load_and_one_is_killed(self):
        seed = int(os.environ.get("DRAY_SEED", random.randrange(1 << 32)))
        print(f"DRAY_SEED={seed}")
        dice = random.Random(seed)
        self.start_services("billing", "packing", "store")
        for instance in ("inventory", "inventory-2"):
            self.start("inventory", "--metrics", "127.0.0.1:0", instance=instance)
        wait_for(lambda: len(self.get("/api/products")["products"]) == 10, "the store knows the products")
        orders = [self.order() for _ in range(40)]
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        share = [self.metric(name, 'dray_service_events_total') for name in ("inventory", "inventory-2")]
        self.assertGreater(min(share), 10, share)
        for _ in range(30):
            orders.append(self.order())
            if dice.random() < 0.1 and "inventory-2" in self.processes:
                self.stop("inventory-2", signal.SIGKILL)
                killed = time.monotonic()
        if CONSUME == "shared" and "inventory-2" not in self.processes:
            self.start("inventory", instance="inventory-2")  # what the broker has given it waits for it
        for order in orders:
            wait_for(lambda: self.status(order) == "shipped", f"{order} is shipped")
        wait_for(lambda: self.reserved() == len(orders), "each is reserved once")
        if "inventory-2" not in self.processes:
            print(f"shares were {share}; all that was under way was shipped {time.monotonic() - killed:.2f} s after the kill")


if __name__ == "__main__":
    unittest.main(verbosity=2)
