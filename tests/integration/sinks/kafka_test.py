#!/usr/bin/python3
"""A sink to Kafka: librdkafka's mock cluster, whose brokers go away and whose topics are not there, and a drayd that is
killed meanwhile.

    kafka_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL PATH-OF-KAFKA-CLUSTER [unittest arguments]
"""
import sys

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kafka_cluster import KafkaCluster
from sink_case import SinkCase, wait_for
from certificates import Certificates
from programs import PROGRAMS, main
from tls_door import TlsDoor

SINK = """
kind = "kafka"
brokers = "{bootstrap}"
topic = "dray-{{topic.0}}"
"""
BATCH = 1000


class ToKafka(SinkCase):
    def start_both(self, more="", unknown=()):
        cluster = self.stack.enter_context(KafkaCluster(PROGRAMS["kafka_cluster"], "dray-t"))
        for topic in unknown:
            cluster.say("unknown", topic)
        self.where = self.folder()
        self.config = SINK.format(bootstrap=cluster.bootstrap) + more
        self.start(self.where, self.config)
        return cluster

    def test_nothing_is_lost_while_brokers_go_away_and_drayd_is_killed(self):
        kafka = self.start_both()
        self.is_up()
        self.publish(self.batch(0, BATCH))
        kafka.has(BATCH // 2)
        kafka.say("down")
        self.publish(self.batch(1, BATCH))
        wait_for(lambda: not self.figure("up"), "a sink that is down")
        self.kill()
        self.start(self.where, self.config)
        self.publish(self.batch(2, BATCH))
        wait_for(lambda: self.figure("lag_messages") >= BATCH, "what waits")
        kafka.say("up")
        kafka.has(3 * BATCH)
        wait_for(lambda: self.figure("lag_messages") == 0, "a sink that has caught up")
        kafka.say("slow")
        self.publish(self.batch(3, BATCH))
        wait_for(lambda: self.figure("unacknowledged_messages") >= BATCH / 4, "what is under way")
        self.kill()
        kafka.say("fast")
        self.start(self.where, self.config)
        kafka.has(4 * BATCH)
        wait_for(lambda: self.figure("lag_messages") == 0, "the end of the stream")
        self.check_order([(record["key"], record["value"]) for record in list(kafka.got)], 4 * BATCH)
        self.assertEqual({record["topic"] for record in kafka.got}, {"dray-t"})

    def test_a_record_has_what_the_message_had(self):
        kafka = self.start_both()
        properties = Properties(PacketTypes.PUBLISH)
        properties.ContentType, properties.ResponseTopic = "text/plain", "answers"
        properties.CorrelationData, properties.UserProperty = b"id", [("colour", "red"), ("colour", "blue")]
        self.publish([("t/1/x", "hello", properties), ("t/2", "")])
        wait_for(lambda: len(kafka.got) == 2, "both records")
        one, empty = sorted(kafka.got, key=lambda record: record["key"])
        self.assertEqual((one["key"], one["value"], empty["value"]), ("t/1/x", "hello", ""))
        headers = [tuple(header) for header in one["headers"]]
        for header in (("mqtt-topic", "t/1/x"), ("mqtt-content-type", "text/plain"), ("mqtt-response-topic", "answers"),
                       ("mqtt-correlation-data", "id"), ("colour", "red"), ("colour", "blue"), ("stream-offset", "1")):
            self.assertIn(header, headers)

    def test_it_stands_still_for_a_topic_that_is_not_there_and_goes_on_when_it_is(self):
        kafka = self.start_both('kafka_options = ["topic.metadata.propagation.max.ms=200"]\n', ["dray-t"])
        self.publish(self.batch(0, 20))
        wait_for(lambda: self.figure("stopped"), "a sink that stands still")
        shown = self.shown()
        self.assertEqual(shown["state"], "stopped")
        self.assertRegex(shown["why"], r"a message was refused: .*nknown topic.*\(Kafka topic dray-t\) \(topic t/0, offset 1\)")
        self.assertIn("a sink stands still", self.drayd.log())
        kafka.say("known", "dray-t")
        kafka.has(20)
        wait_for(lambda: self.shown()["state"] == "up" and self.figure("lag_messages") == 0, "a sink that goes on")
        self.check_order([(record["key"], record["value"]) for record in list(kafka.got)], 20)

    def test_what_is_too_large_becomes_a_dead_letter(self):
        kafka = self.start_both('on_refused = "dead-letter"\nkafka_options = ["message.max.bytes=10000"]\n')
        self.publish([("t/1", "a"), ("t/1", "x" * 20000), ("t/1", "b")])
        kafka.has(2)
        wait_for(lambda: self.figure("dead_lettered_total") == 1 and self.figure("lag_messages") == 0, "the dead letter")
        letter = self.drayd.ctl_json("dlq", "peek", "away.refused")["messages"][0]
        self.assertEqual(letter["topic"], "sink/away/refused/t/1")
        properties = dict(letter["properties"]["user"])
        self.assertIn("too large", properties["dead-letter-reason"].lower())
        self.assertEqual(properties["dead-letter-topic"], "t/1")
        self.assertEqual(properties["stream-offset"], "2")
        self.assertIn("a message of a sink was refused", self.drayd.log())
        self.assertRegex(self.drayd.ctl("dlq", "ls").stdout, r"away\.refused +1 .*sink away")

    def test_over_tls_to_who_shows_the_right_certificate(self):
        kafka = self.stack.enter_context(KafkaCluster(PROGRAMS["kafka_cluster"], "dray-t"))
        ours, strangers = (Certificates(self.folder()) for _ in range(2))
        door = TlsDoor(kafka.bootstrap, ours.authority, ours.issue("door", "kafka", "subjectAltName=IP:127.0.0.2"))
        self.addCleanup(door.close)
        shown = ours.client("drayd")
        for authority, certificate, why in (
                (strangers.authority, shown, "certificate could not be verified"),
                (ours.authority, strangers.client("drayd"), "failed"),  # it is not told why
                (ours.authority, shown, "")):
            self.start(self.folder(), SINK.format(bootstrap=door.brokers) + f"""
                tls = true
                ca_file = "{authority}"
                certificate_file = "{certificate.certificate}"
                private_key_file = "{certificate.key}" """)
            self.publish(self.batch(0, 20))
            if why:
                wait_for(lambda: why in self.shown()["why"], why)  # pylint: disable=cell-var-from-loop
                self.assertEqual((self.shown()["state"], kafka.got), ("down", []))
                self.kill()
        kafka.has(20)
        wait_for(lambda: self.figure("lag_messages") == 0, "all of it")

    def test_what_is_wrong_is_said(self):
        self.start(self.folder(), SINK.format(bootstrap="127.0.0.1:1"))
        wait_for(lambda: "a sink cannot connect" in self.drayd.log(), "a line in the log")
        self.assertRegex(self.drayd.log(), r'a sink cannot connect .*sink=away to="kafka 127.0.0.1:1" .*refused')
        self.assertEqual(self.shown()["state"], "down")
        self.assertIn("refused", self.shown()["why"])


if __name__ == "__main__":
    PROGRAMS["kafka_cluster"] = sys.argv.pop(3)
    main()
