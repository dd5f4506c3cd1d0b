#!/usr/bin/python3
"""mosquitto_pub and mosquitto_sub, the clients everybody has, used the way people use them."""
import subprocess
import tempfile
import threading

import case
from broker import DEADLINE_S, wait_for
from certificates import Certificates

VERSIONS = ("mqttv311", "mqttv5")


class Subscriber:
    """A running mosquitto_sub. Its debug output tells when the broker has acknowledged the subscription."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(["stdbuf", "-oL", "mosquitto_sub", "-d", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        wait_for(lambda: self.said("Subscribed"), "the subscription is acknowledged")

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def said(self, words):
        return [line for line in list(self.lines) if words in line]

    def messages(self):
        """What it has printed so far, without the debug lines."""
        return [line for line in list(self.lines) if not line.startswith(("Client ", "Subscribed"))]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


class CommandCase(case.ClientCase):
    def server(self):
        """The options that say where the broker is, and how to speak with it."""
        return ["-h", "127.0.0.1", "-p", str(self.broker.mqtt_port)]

    def sub(self, *arguments):
        """A subscriber whose subscription the broker has acknowledged."""
        subscriber = Subscriber([*self.server(), *arguments])
        self.addCleanup(subscriber.end)
        return subscriber

    def pub(self, *arguments, check=True):
        done = subprocess.run(["mosquitto_pub", *self.server(), *arguments],
                              capture_output=True, text=True, timeout=DEADLINE_S)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def pub_lines(self, topic, lines):
        """A message a line, at QoS 1, all from one publisher."""
        subprocess.run(["mosquitto_pub", *self.server(), "-q", "1", "-t", topic, "-l"],
                       input="\n".join(lines) + "\n", text=True, timeout=DEADLINE_S, check=True)

    def messages(self, subscriber):
        """What it printed until it ended, which -C sees to."""
        subscriber.reader.join(DEADLINE_S)
        self.assertFalse(subscriber.reader.is_alive(), f"mosquitto_sub still waits; it has {subscriber.lines}")
        return subscriber.messages()

    def round_trip(self, version, qos):
        topic = self.topic(f"/{version}/{qos}")
        sub = self.sub("-V", version, "-q", qos, "-t", topic, "-C", "2")
        self.pub("-V", version, "-q", qos, "-t", topic, "-m", "one")
        # Each command is a publisher of its own, and between publishers there is no order.
        wait_for(lambda: "one" in sub.lines, "the first message arrives")
        self.pub("-V", version, "-q", qos, "-t", topic, "-m", "two")
        self.assertEqual(self.messages(sub), ["one", "two"])


class MosquittoCommands(CommandCase):
    def test_each_version_and_qos(self):
        for version in VERSIONS:
            for qos in "012":
                with self.subTest(version=version, qos=qos):
                    self.round_trip(version, qos)

    def test_a_file_of_lines(self):
        sub = self.sub("-q", "1", "-t", self.topic(), "-C", "500")
        lines = [f"line {i}" for i in range(500)]
        self.pub_lines(self.topic(), lines)
        self.assertEqual(self.messages(sub), lines)

    def test_retained_set_and_cleared(self):
        self.pub("-r", "-q", "1", "-t", self.topic(), "-m", "kept")
        self.assertEqual(self.messages(self.sub("-t", self.topic(), "-C", "1", "-F", "%r %p")), ["1 kept"])
        self.pub("-r", "-q", "1", "-n", "-t", self.topic())
        late = self.sub("-t", self.topic(), "-C", "1")
        self.pub("-t", self.topic(), "-m", "marker")
        self.assertEqual(self.messages(late), ["marker"])

    def test_will_of_a_killed_client(self):
        watcher = self.sub("-t", self.topic("/will"), "-C", "1")
        doomed = self.sub("-t", "anything", "--will-topic", self.topic("/will"), "--will-payload", "gone")
        doomed.process.kill()
        self.assertEqual(self.messages(watcher), ["gone"])

    def test_offline_messages_wait(self):
        for version, extra in (("mqttv311", []), ("mqttv5", ["-x", "3600"])):
            with self.subTest(version=version):
                topic = self.topic("/" + version)
                who = ["-V", version, "-i", f"sleeper-{version}-{type(self).__name__}", "-c", "-q", "1", "-t", topic, *extra]
                subprocess.run(["mosquitto_sub", *self.server(), *who, "-E"], check=True,
                               timeout=DEADLINE_S)
                self.pub_lines(topic, [str(i) for i in range(10)])
                again = subprocess.run(["mosquitto_sub", *self.server(), *who, "-C", "10"],
                                       capture_output=True, text=True, timeout=DEADLINE_S)
                self.assertEqual(again.stdout.split(), [str(i) for i in range(10)])

    def test_browsing_everything(self):
        """mosquitto_sub -t '#' -v, what people type first. What $SYS says while one looks is not part of it."""
        self.pub("-r", "-q", "1", "-t", self.topic("/retained"), "-m", "r")
        browser = self.sub("-t", "#", "-v")
        self.messages(self.sub("-t", "$SYS/broker/uptime", "-C", "2"))
        self.pub("-t", self.topic("/live"), "-m", "l")
        for line in (self.topic("/retained") + " r", self.topic("/live") + " l"):
            wait_for(lambda: line in browser.messages(), line)
        self.assertEqual(browser.said("$SYS/"), [])

    def test_sys_topics(self):
        browser = self.sub("-t", "$SYS/#", "-F", "%t|%p")
        for name in ("version", "uptime", "clients/connected", "clients/total", "clients/maximum",
                     "messages/received", "messages/sent", "bytes/received", "bytes/sent", "subscriptions/count",
                     "retained messages/count", "publish/messages/received", "publish/messages/sent",
                     "publish/messages/dropped"):
            wait_for(lambda: browser.said(f"$SYS/broker/{name}|"), name)
        self.assertRegex(browser.said("$SYS/broker/uptime|")[0], r"\|\d+ seconds$")
        # The first value may be older than this client.
        wait_for(lambda: int(browser.said("$SYS/broker/clients/connected|")[-1].split("|")[1]) >= 1, "it counts itself")

    def test_shared_subscription(self):
        group = [self.sub("-q", "1", "-t", f"$share/g/{self.topic()}") for _ in range(3)]
        for i in range(12):
            self.pub("-q", "1", "-t", self.topic(), "-m", str(i))
        wait_for(lambda: sum(len(member.messages()) for member in group) >= 12, "every message reaches a member")
        parts = [member.messages() for member in group]
        self.assertEqual(sorted(sum(parts, []), key=int), [str(i) for i in range(12)])
        self.assertTrue(all(parts), f"somebody idles: {parts}")

    def test_properties_of_version_5(self):
        sub = self.sub("-V", "mqttv5", "-t", self.topic(), "-C", "1", "-F", "%p|%R|%C|%P")
        self.pub("-V", "mqttv5", "-t", self.topic(), "-m", "x", "-D", "publish", "response-topic", "answer",
                 "-D", "publish", "content-type", "text/plain", "-D", "publish", "user-property", "k", "v")
        self.assertEqual(self.messages(sub), ["x|answer|text/plain|k:v"])

    def test_request_and_response(self):
        responder = self.sub("-V", "mqttv5", "-t", self.topic("/question"), "-C", "1", "-F", "%R")
        requester = subprocess.Popen(
            ["mosquitto_rr", *self.server(), "-V", "mqttv5", "-t", self.topic("/question"),
             "-e", self.topic("/answer"), "-m", "beer?", "-W", str(int(DEADLINE_S))], stdout=subprocess.PIPE, text=True)
        self.assertEqual(self.messages(responder), [self.topic("/answer")])
        self.pub("-V", "mqttv5", "-t", self.topic("/answer"), "-m", "yes")
        output, _ = requester.communicate(timeout=DEADLINE_S)
        self.assertEqual(output.strip(), "yes")

    def test_a_large_file(self):
        payload = "0123456789abcdef" * 60_000
        sub = self.sub("-q", "2", "-t", self.topic(), "-C", "1")
        subprocess.run(["mosquitto_pub", *self.server(), "-q", "2", "-t", self.topic(), "-s"],
                       input=payload, text=True, timeout=DEADLINE_S, check=True)
        self.assertEqual(self.messages(sub), [payload])

    def test_the_second_client_of_a_name_takes_over(self):
        first = self.sub("-V", "mqttv5", "-i", "same", "-t", self.topic())
        self.sub("-V", "mqttv5", "-i", "same", "-t", self.topic())
        # It is told why, or finds the connection closed and tries again.
        wait_for(lambda: first.said("eceived DISCONNECT") or len(first.said("sending CONNECT")) > 1,
                 "the first one notices")


class MosquittoCommandsOverTls(MosquittoCommands):
    """The same, encrypted."""

    def server(self):
        return ["-h", "127.0.0.1", "-p", str(self.broker.mqtts_port), "--cafile", str(self.broker.certificates.authority)]

    def test_each_version_of_tls(self):
        for version in ("tlsv1.2", "tlsv1.3"):
            with self.subTest(version=version):
                sub = self.sub("--tls-version", version, "-t", self.topic(), "-C", "1")
                self.pub("--tls-version", version, "-t", self.topic(), "-m", version)
                self.assertEqual(self.messages(sub), [version])

    def test_an_authority_that_did_not_sign_is_not_trusted(self):
        stranger = Certificates(self.enterContext(tempfile.TemporaryDirectory()))
        done = subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.mqtts_port), "--cafile",
                               str(stranger.authority), "-t", "t", "-m", "x"], timeout=DEADLINE_S, capture_output=True)
        self.assertNotEqual(done.returncode, 0)


class MosquittoCommandsWithCertificate(CommandCase):
    """A listener that lets in who shows a certificate, and nobody else."""

    @classmethod
    def setUpClass(cls):
        cls.alice = cls.broker.certificates.client("alice")

    def server(self):
        return ["-h", "127.0.0.1", "-p", str(self.broker.certified_port), "--cafile",
                str(self.broker.certificates.authority), "--cert", str(self.alice.certificate),
                "--key", str(self.alice.key)]

    def test_each_version_and_qos(self):
        for version in VERSIONS:
            for qos in "012":
                with self.subTest(version=version, qos=qos):
                    self.round_trip(version, qos)

    def test_without_a_certificate_nobody_comes_in(self):
        done = subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.certified_port), "--cafile",
                               str(self.broker.certificates.authority), "-t", "t", "-m", "x"],
                              timeout=DEADLINE_S, capture_output=True)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    case.main()
