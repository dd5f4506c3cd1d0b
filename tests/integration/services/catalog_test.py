#!/usr/bin/python3
"""Catalog: questions and answers."""
import subprocess
import unittest
import urllib.error

from world import World


class Catalog(World):
    def test_a_question_is_answered_or_its_asker_told_that_nobody_does(self):
        self.start_services("inventory", "store")
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            self.get("/api/address/60614")
        self.assertEqual(refusal.exception.code, 504)
        refusal.exception.close()
        self.start("catalog")
        self.assertEqual(self.get("/api/address/60614"), {"zip": "60614", "deliverable": True, "city": "Chicago"})
        self.assertFalse(self.get("/api/address/99999")["deliverable"])
        asked = subprocess.run(["mosquitto_rr", "-V", "5", "-p", str(self.port), "-t", "check/product/hazy-ipa",
                                "-e", "reply/test", "-m", "", "-W", "20"], capture_output=True, timeout=30)
        self.assertIn(b"Hazy IPA", asked.stdout, asked.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
