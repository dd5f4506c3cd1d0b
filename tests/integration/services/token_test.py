#!/usr/bin/python3
"""What the broker lets pages hear, by WebSocket and with the store's tokens, as `make demo` sets it up."""
import json
import threading
import unittest
import urllib.error

import paho.mqtt.client as mqtt

from world import BROKER, DATABASE, World, free_ports, wait_for

GRANTED = 1
FORBIDDEN = 0x87
CODE = "the operators' code"


class Page:
    """An MQTT 5 client that connects as the pages do."""

    def __init__(self, port, token):
        self.heard, self.answers, self.answered = [], [], threading.Event()
        self.connected, self.how = threading.Event(), None
        self.client = mqtt.Client(protocol=mqtt.MQTTv5, transport="websockets")
        self.client.ws_set_options(path="/mqtt")
        if token is not None:
            self.client.username_pw_set("page", token)
        self.client.on_message = lambda _client, _data, message: self.heard.append(message.topic)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self.connected.wait(30), "no CONNACK"

    def _on_connect(self, _client, _data, _flags, code, _properties):
        self.how = code.value
        self.connected.set()

    def _on_subscribe(self, _client, _data, _mid, codes, _properties):
        self.answers = [code.value for code in codes]
        self.answered.set()

    def subscribe(self, filters):
        """{filter: reason code}"""
        self.answered.clear()
        self.client.subscribe([(filter, mqtt.SubscribeOptions(qos=1)) for filter in filters])
        assert self.answered.wait(30), "no SUBACK"
        return dict(zip(filters, self.answers))

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@unittest.skipIf(BROKER == "mosquitto" or DATABASE, "mosquitto knows no tokens; the database is not asked")
class Tokens(World):
    def start_broker(self):
        self.key, self.code = self.folder / "token-key", self.folder / "operator-code"
        self.key.write_text("a secret of at least 32 bytes, for the tests\n")
        self.code.write_text(CODE + "\n")
        self.pages_port = free_ports(1)[0]
        super().start_broker("--set", f"auth.jwt_key_file={self.key}", "--set", "listener.0.kind=ws",
                             "--set", f"listener.0.bind=127.0.0.1:{self.pages_port}",
                             "--set", "listener.0.allow_anonymous=false")

    def setUp(self):
        super().setUp()
        self.start("inventory")
        self.start("store", "--http", "127.0.0.1:0", "--token-key-file", self.key, "--operator-code-file", self.code)
        wait_for(lambda: len(self.get("/api/products")["products"]) == 10, "the store knows the products")

    def token(self, **request):
        return self.post("/api/tokens", request)["token"]

    def page(self, token):
        page = Page(self.pages_port, token)
        self.addCleanup(page.close)
        return page

    def test_a_customer_hears_of_their_own_orders_and_of_nothing_else(self):
        mine, also_mine, other = self.order(), self.order(), self.order()
        page = self.page(self.token(orders=[mine, also_mine, "no-order"]))
        allowed = [f"order/track/{mine}", f"order/+/{also_mine}", f"order/+/+/{mine}", f"payment/+/{mine}", "data/inventory/+",
                   f"$stream/events/earliest/order/+/{mine}", f"$stream/fleet/earliest/order/bid/+/{mine}/+"]
        self.assertEqual(page.subscribe(allowed), dict.fromkeys(allowed, GRANTED))
        refused = [f"order/track/{other}", f"order/+/{other}", "order/track/no-order", "order/track/+", "order/#", "vehicle/#",
                   "vehicle/+/location", "fleet/positions/+", "#", "$SYS/#", "$queue/store", f"$share/g/order/track/{other}",
                   f"$stream/events/earliest/order/+/{other}", "$stream/events/earliest/#",
                   "$stream/fleet/earliest/fleet/positions/+", "customer/message/+", "privacy/#"]
        self.assertEqual(page.subscribe(refused), dict.fromkeys(refused, FORBIDDEN))
        broker = self.listen("order/cancel/+")
        for order in (other, mine):
            broker.publish(f"order/track/{order}", b"")
        wait_for(lambda: f"order/track/{mine}" in page.heard, "the customer's vehicle is shown")
        self.assertNotIn(f"order/track/{other}", page.heard)
        # And says nothing.
        page.client.publish(f"order/cancel/{mine}", b"", qos=1).wait_for_publish(30)
        broker.publish("order/cancel/last", b"")
        broker.wait("order/cancel/last")
        self.assertEqual(broker.on(f"order/cancel/{mine}"), [])

    def test_an_operator_hears_all_and_needs_the_code(self):
        order = self.order()
        page = self.page(self.token(operator_code=CODE))
        allowed = ["vehicle/#", f"order/track/{order}", "fleet/positions/+", "$stream/fleet/earliest/#", "$SYS/#"]
        self.assertEqual(page.subscribe(allowed), dict.fromkeys(allowed, GRANTED))
        self.assertEqual(page.subscribe(["$queue/store"]), {"$queue/store": FORBIDDEN})
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            self.token(operator_code=CODE + "?")
        with refusal.exception as answer:
            self.assertEqual((answer.code, json.load(answer)["field"]), (403, "operator_code"))

    def test_pages_without_a_token_of_the_store_stay_outside(self):
        header, claims, signature = self.token().split(".")
        for token in (None, "", "password", f"{header}.{claims}.", f"{header}.{claims}.{signature[::-1]}"):
            with self.subTest(token=token):
                self.assertIn(self.page(token).how, (0x86, 0x87))


if __name__ == "__main__":
    unittest.main(verbosity=2)
