#!/usr/bin/env python3
"""The service that the README tells how to write is the one that is compiled."""
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Readme(unittest.TestCase):
    def test_its_listing_is_the_source_of_dray_fraud(self):
        readme = (ROOT / "services/README.md").read_text()
        listing = readme.split("```cpp\n", 1)[1].split("```", 1)[0]
        self.assertEqual(listing, (ROOT / "services/fraud/main.cpp").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
