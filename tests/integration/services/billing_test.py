#!/usr/bin/python3
"""Billing: card numbers stay where they are, and money goes back."""
import unittest

from world import World, wait_for


class Billing(World):
    def test_a_card_number_is_nowhere(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "packing", "store")
        self.order(card="4000 0000 0000 0002")
        listener.wait("order/cancelled/")
        secrets = (b"4000000000000002", b"4000 0000 0000 0002")
        for message in listener.heard:
            self.assertFalse(any(secret in message.payload for secret in secrets), message.topic)
        for file in self.folder.glob("*.*"):
            self.assertFalse(any(secret in file.read_bytes() for secret in secrets), file)

    def test_a_customer_cancels_and_gets_the_money_back(self):
        listener = self.listen("#")
        self.start_services("inventory", "billing", "store", "crm")  # no packing: the order waits, paid
        order = self.order(customer="ada@example.com")
        wait_for(lambda: self.status(order) == "paid", "paid")
        self.assertEqual(self.post(f"/api/orders/{order}/cancel", {})["status"], "cancelling")
        wait_for(lambda: self.status(order) == "cancelled", "cancelled")
        listener.wait(f"payment/refunded/{order}")
        wait_for(lambda: self.reserved() == 0, "the stock is free again")
        texts = b" ".join(m.payload for m in listener.wait(f"customer/message/{order}", 3))
        self.assertIn(b"Your money is on its way back.", texts)


if __name__ == "__main__":
    unittest.main(verbosity=2)
