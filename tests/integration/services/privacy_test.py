#!/usr/bin/python3
"""Privacy: asks all, waits for all, with a deadline."""
import unittest

from world import World, wait_for


class Privacy(World):
    def test_privacy_waits_for_all_and_names_who_did_not_answer(self):
        # An order that is asked about while all forget its customer may reach one of them after that.
        self.start_services("inventory", "store", "crm", ask_again_seconds=3600)
        privacy = self.start("privacy", "--http", "127.0.0.1:0", "--participants", "dray-store,dray-crm,dray-fraud",
                             "--deadline-seconds", "3")
        listener = self.listen("customer/message/#")
        order = self.order(customer="ada@example.com", address="2400 N Halsted St")
        listener.wait(f"customer/message/{order}")  # CRM knows of it, too

        def ask(kind):
            request = self.post("/api/privacy", {"customer": "ada@example.com", "kind": kind}, privacy)["request_id"]
            path = f"/api/privacy/{request}"
            wait_for(lambda: self.get(path, privacy)["state"] != "waiting", "reported")
            return self.get(path, privacy)

        report = ask("my-data")
        self.assertEqual((report["state"], report["missing"]), ("incomplete", ["dray-fraud"]))
        self.assertEqual({a["service"]: a["records"] for a in report["answers"]}, {"dray-crm": 1, "dray-store": 1})
        self.assertEqual(self.get(f"/api/orders/{order}")["address"], "2400 N Halsted St")
        self.start("fraud")
        self.assertEqual(ask("forget-me")["state"], "complete")
        self.assertEqual(self.get(f"/api/orders/{order}")["address"], "")
        self.assertEqual([a["records"] for a in ask("my-data")["answers"]], [0, 0, 0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
