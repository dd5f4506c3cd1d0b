"""Who wants more than the access rules, and the rules for all topics, allow. He is told so, and stays connected."""
from packets import connect, hear, publish
from stand import PASSWORDS, Case, car_says, car_subscribes

PUBLISH_FORBIDDEN, SUBSCRIBE_FORBIDDEN = "dray_publish_forbidden_total", "dray_subscribe_forbidden_total"
REFUSED = "dray_publish_refused_total"


def told(what, why, reason="0x87"):
    return rf'refused  {what} client=client-\d+ user=car why="{why}" reason={reason}'


def may_not_publish(topic):
    return told(f"publish={topic}", "the access rules do not allow this topic")


def may_not_subscribe(filter):
    return told(f"subscribe={filter}", "the access rules do not allow this filter")


def forbidden_will(stand):
    with stand.wire() as wire:
        wire.sendall(connect("will", "car", PASSWORDS["car"], will="news/of/me"))
        return hear(wire)


def fills_a_queue(stand):
    return car_says(publish("work/full", packet_id=1), publish("work/full", packet_id=2))(stand)


CASES = [
    Case("a message for a topic that nobody gave him", car_says(publish("news/x")), "puback 0x87, pingresp",
         may_not_publish("news/x"), PUBLISH_FORBIDDEN),
    Case("the same at QoS 2", car_says(publish("news/y", qos=2)), "pubrec 0x87, pingresp", may_not_publish("news/y"),
         PUBLISH_FORBIDDEN),
    Case("the same at QoS 0, where nobody answers", car_says(publish("news/z", qos=0)), "pingresp", may_not_publish("news/z"),
         PUBLISH_FORBIDDEN),
    Case("the same at 3.1.1, which knows no refusal", car_says(publish("news/old", version=4), version=4),
         "puback 0x00, pingresp", may_not_publish("news/old"), PUBLISH_FORBIDDEN),
    Case("the topic of another client", car_says(publish("car/client-0/door")), "puback 0x87, pingresp",
         may_not_publish("car/client-0/door"), PUBLISH_FORBIDDEN),
    Case("a topic that is denied within one that is allowed", car_says(publish("free/secret")), "puback 0x87, pingresp",
         may_not_publish("free/secret"), PUBLISH_FORBIDDEN),
    Case("the same, later", car_says(publish("$delayed/5/news/x")), "puback 0x87, pingresp",
         may_not_publish(r"\$delayed/5/news/x"), PUBLISH_FORBIDDEN),
    Case("what the broker says of itself", car_says(publish("$SYS/broker/uptime")), "puback 0x87, pingresp",
         told(r"publish=\$SYS/broker/uptime", r"clients may not publish to this '\$' topic"), REFUSED),
    Case("straight into a queue", car_says(publish("$queue/full")), "puback 0x87, pingresp", r"refused  publish=\$queue/full",
         REFUSED),
    Case("straight into a stream", car_says(publish("$stream/events")), "puback 0x87, pingresp",
         r"refused  publish=\$stream/events", REFUSED),
    Case("a delay that is longer than allowed", car_says(publish("$delayed/4000000000/car/x")), "puback 0x90, pingresp",
         "the delay is longer than allowed", REFUSED),
    Case("a topic of too many levels", car_says(publish("/".join("123456789"))), "puback 0x90, pingresp",
         told("publish=1/2/3/4/5/6/7/8/9", "the topic has too many levels", "0x90"), REFUSED),
    Case("one message more than a queue holds", fills_a_queue, "puback 0x00, puback 0x97, pingresp",
         "refused  publish=work/full .* reason=0x97", REFUSED),
    Case("everything", car_subscribes("#"), "suback 0x87, pingresp", may_not_subscribe('"?#"?'), SUBSCRIBE_FORBIDDEN),
    Case("what another user hears", car_subscribes("bystander/#"), "suback 0x87, pingresp",
         may_not_subscribe("bystander/#"), SUBSCRIBE_FORBIDDEN),
    Case("the same at 3.1.1", car_subscribes("bystander/+", version=4), "suback 0x80, pingresp",
         may_not_subscribe(r"bystander/\+"), SUBSCRIBE_FORBIDDEN),
    Case("the same in a shared group", car_subscribes("$share/g/bystander/#"), "suback 0x87, pingresp",
         may_not_subscribe(r"\$share/g/bystander/#"), SUBSCRIBE_FORBIDDEN),
    Case("a queue that is for others", car_subscribes("$queue/full"), "suback 0x87, pingresp",
         may_not_subscribe(r"\$queue/full"), SUBSCRIBE_FORBIDDEN),
    Case("a stream that is for others", car_subscribes("$stream/events"), "suback 0x87, pingresp",
         may_not_subscribe(r"\$stream/events"), SUBSCRIBE_FORBIDDEN),
    Case("$SYS, which only operators may read", car_subscribes("$SYS/#"), "suback 0x87, pingresp",
         may_not_subscribe(r"\$SYS/#"), SUBSCRIBE_FORBIDDEN),
    Case("one filter too many levels deep", car_subscribes("car/2/3/4/5/6/7/8/9"), "suback 0x8f, pingresp",
         "the filter has too many levels"),
    Case("one subscription too many", car_subscribes(*(f"car/{i}" for i in range(5))),
         "suback 0x01 0x01 0x01 0x01 0x97, pingresp", "the session has as many subscriptions as it may have"),
    Case("a will for a topic that nobody gave him", forbidden_will, "connack 0x87, closed",
         "the access rules do not allow the topic of the will", "dray_connects_refused_total"),
]
