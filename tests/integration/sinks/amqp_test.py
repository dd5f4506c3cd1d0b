#!/usr/bin/python3
"""A sink to RabbitMQ, the real server: its link is cut under load, it is killed, and so is drayd.

    amqp_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import random
import tempfile

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
import pika

from sink_case import SinkCase, wait_for
from cut_network import CutNetwork
from rabbit_node import RabbitNode
from programs import main

SINK = """
kind = "amqp"
url = "amqp://dray@127.0.0.1:{port}"
password_file = "{folder}/password"
"""
BATCH = 500
RABBIT = None


def setUpModule():
    global RABBIT  # one for all: it takes seconds to start
    folder = tempfile.TemporaryDirectory(prefix="dray-rabbit-")
    RABBIT = RabbitNode(folder.name)
    RABBIT.temporary = folder


def tearDownModule():
    RABBIT.__exit__()
    RABBIT.temporary.cleanup()


class ToRabbit(SinkCase):
    def setUp(self):
        super().setUp()
        self.where = self.folder()
        (self.where / "password").write_text("secret\n")

    def configured(self, port=None, more=""):
        self.config = SINK.format(port=port or RABBIT.port, folder=self.where) + more
        return self.start(self.where, self.config)

    def queue(self, name, *keys, exchange="amq.topic"):
        """A durable queue that is empty."""
        connection = RABBIT.connect()
        channel = connection.channel()
        channel.queue_declare(name, durable=True)
        for key in keys:
            channel.queue_bind(name, exchange, key)
        connection.close()
        self.addCleanup(self.forget, name)

    def forget(self, name):
        connection = RABBIT.connect()
        connection.channel().queue_delete(name)
        connection.close()

    def taken(self, name):
        """All that is in it: (method, properties, body)."""
        connection = RABBIT.connect()
        channel = connection.channel()
        count = channel.queue_declare(name, passive=True).method.message_count
        messages = channel.consume(name)
        found = [next(messages) for _ in range(count)]
        if found:
            channel.basic_ack(found[-1][0].delivery_tag, multiple=True)  # what came meanwhile stays
        connection.close()
        return found

    def all_done(self, count):
        """So many were confirmed or became dead letters since drayd began, and nothing is left."""
        wait_for(lambda: self.figure("messages_total") + self.figure("dead_lettered_total") >= count, f"{count} messages")
        wait_for(lambda: self.figure("lag_messages") == 0, "the end of the stream")

    def test_nothing_is_lost_while_the_link_is_cut_and_both_sides_are_killed(self):
        self.queue("all", "t.#")
        network = CutNetwork(RABBIT.port, random.Random())
        self.addCleanup(network.close)
        self.addCleanup(network.cut_all)
        self.configured(network.port)
        self.is_up()
        for number in range(3):
            connects = self.figure("connects_total")
            self.publish(self.batch(number, BATCH))
            network.cut_all()
            wait_for(lambda: self.figure("connects_total") > connects, "a new connection")  # pylint: disable=cell-var-from-loop
        self.publish(self.batch(3, BATCH))
        self.kill()
        self.configured(network.port)
        self.publish(self.batch(4, BATCH))
        RABBIT.kill()
        wait_for(lambda: not self.figure("up"), "a sink that is down")
        self.publish(self.batch(5, BATCH))
        RABBIT.start()
        got = []

        def has_all():
            got.extend((properties.headers["mqtt-topic"], body.decode()) for _, properties, body in self.taken("all"))
            return len(set(got)) >= 6 * BATCH
        wait_for(has_all, "all messages")
        wait_for(lambda: self.figure("lag_messages") == 0, "the end of the stream")
        self.check_order(got, 6 * BATCH)

    def test_a_message_has_what_it_had_and_tls_is_spoken(self):
        self.queue("all", "t.#")
        self.config = (f'kind = "amqp"\nurl = "amqps://dray@localhost:{RABBIT.tls_port}/%2F"\n'
                       f'password_file = "{self.where}/password"\nca_file = "{RABBIT.certificates.authority}"\n')
        self.start(self.where, self.config)
        properties = Properties(PacketTypes.PUBLISH)
        properties.ContentType, properties.ResponseTopic = "text/plain", "answers/1"
        properties.CorrelationData, properties.MessageExpiryInterval = b"id", 600
        properties.UserProperty = [("colour", "red"), ("colour", "blue"), ("size", "1")]
        self.publish([("t/1/x", "hello", properties)])
        self.all_done(1)
        (method, got, body), = self.taken("all")
        self.assertEqual((method.routing_key, body, got.content_type, got.reply_to, got.correlation_id, got.delivery_mode),
                         ("t.1.x", b"hello", "text/plain", "answers/1", "id", 2))
        self.assertEqual(got.message_id, "events:1")
        self.assertLessEqual(int(got.expiration), 600_000)
        self.assertEqual((got.headers["mqtt-topic"], got.headers["colour"], got.headers["size"],
                          got.headers["stream-offset"]), ("t/1/x", ["red", "blue"], "1", "1"))

    def test_it_stands_still_for_a_message_that_no_queue_takes_and_goes_on_when_one_does(self):
        self.queue("some", "t.0", "t.1", "t.2", "t.4")
        self.configured()
        self.publish(self.batch(0, 20))
        wait_for(lambda: self.figure("stopped"), "a sink that stands still")
        self.assertRegex(self.shown()["why"], r"refused: no queue takes routing key t\.3 of exchange 'amq\.topic': "
                                              r"NO_ROUTE \(312\) \(topic t/3, offset 4\)")
        self.assertEqual(self.shown()["state"], "stopped")
        self.queue("rest", "t.3")
        self.all_done(20)
        self.assertEqual(self.shown()["state"], "up")
        got = [(properties.headers["mqtt-topic"], body.decode())
               for name in ("some", "rest") for _, properties, body in self.taken(name)]
        self.check_order(got, 20)

    def test_what_no_queue_takes_becomes_a_dead_letter(self):
        self.queue("some", "t.0", "t.1", "t.2", "t.4")
        self.configured(more='on_refused = "dead-letter"\ndead_letter_queue = "unwanted"\n')
        self.publish(self.batch(0, 20))
        self.all_done(20)
        self.assertEqual(self.figure("dead_lettered_total"), 4)
        letters = self.drayd.ctl_json("dlq", "peek", "unwanted")["messages"]
        self.assertEqual([letter["topic"] for letter in letters], ["sink/away/refused/t/3"] * 4)
        self.assertEqual(len(self.taken("some")), 16)
        self.assertEqual(self.figure("repeated_total"), 0)

    def test_the_message_for_which_the_channel_is_closed_is_found(self):
        self.queue("some", "t.#")
        self.config = (f'kind = "amqp"\nurl = "amqp://narrow@127.0.0.1:{RABBIT.port}"\n'
                       f'password_file = "{self.where}/password"\non_refused = "dead-letter"\n')
        self.start(self.where, self.config)
        self.publish(self.batch(0, 20))
        self.all_done(20)
        letters = self.drayd.ctl_json("dlq", "peek", "away.refused")["messages"]
        self.assertEqual([letter["topic"] for letter in letters], ["sink/away/refused/t/3"] * 4)
        self.assertEqual({properties.headers["mqtt-topic"] for _, properties, _ in self.taken("some")},
                         {"t/0", "t/1", "t/2", "t/4"})

    def test_what_is_wrong_is_said(self):
        (self.where / "password").write_text("wrong\n")
        self.configured(more='exchange = "nowhere"\n')
        wait_for(lambda: "a sink cannot connect" in self.drayd.log(), "a line in the log")
        self.assertRegex(self.drayd.log(), r"a sink cannot connect .*the login of dray: ACCESS_REFUSED")
        self.assertNotIn("wrong", self.drayd.log())
        (self.where / "password").write_text("secret\n")
        wait_for(lambda: "no exchange 'nowhere'" in self.shown()["why"], "the next mistake")
        connection = RABBIT.connect()
        connection.channel().exchange_declare("nowhere", "fanout", durable=True, auto_delete=False)
        connection.close()
        wait_for(lambda: self.shown()["state"] == "up", "a sink that is up without a restart")


if __name__ == "__main__":
    main()
