"""Configurations that are wrong: a drayd that does not start says where and why, and one that runs keeps the old one."""
from stand import Case, outcome, run


def check(toml, *arguments, environment=None):
    def act(stand):
        file = stand.folder / "checked.toml"
        file.write_text(toml.format(folder=stand.folder))
        return outcome(run("drayd", "--check-config", "--config", file, *arguments, environment=environment))
    return act


def wrong(does, toml, where, what):
    return Case(does, check(toml), rf"exit 1: drayd: .*checked\.toml:{where}: {what}.*")


def wrong_file(does, key, text, what):
    """A file that the configuration names."""
    def act(stand):
        (stand.folder / "named").write_text(text)
        return outcome(run("drayd", "--check-config", "--set", f"{key}={stand.folder / 'named'}"))
    return Case(does, act, rf"exit 1: drayd: {key} \S*named{what}.*")


def includes_itself(stand):
    (stand.folder / "second.toml").write_text("include = ['checked.toml']")
    return check("include = ['second.toml']")(stand)


def takes_a_port(stand):
    address = dict(stand.drayd.listeners)["ws"]
    return outcome(run("drayd", "--mqtt", address, "--ws="))


def reloads(change, said="the configuration was not reloaded"):
    def act(stand):
        stand.reload(change(stand.toml), said)
        return "told"
    return act


def breaks(file, text):
    """A file that the configuration names is wrong for a moment."""
    def act(stand):
        path = stand.folder / file
        right = path.read_text()
        path.write_text(text)
        stand.reload(stand.toml, "the configuration was not reloaded")
        path.write_text(right)
        return "told"
    return act


NOT_RELOADED = 'the configuration was not reloaded: the old one stays in force  why="?.*{}'

CASES = [
    wrong("not TOML", "threads = = 2", "1:11", "not TOML"),
    wrong("a key twice", "threads = 1\nthreads = 2", "2:.*", ".*"),
    wrong("a key that is misspelt", "[limits]\nqueue_byte_max = 5000", "2:.*",
          "unknown key 'limits.queue_byte_max'; did you mean 'limits.queue_bytes_max'"),
    wrong("a section that is misspelt", "[limit]\na = 1", ".*", "unknown section 'limit'; did you mean 'limits'"),
    wrong("a number that is too large", "threads = 65", "1:11", "threads: must be a whole number from 0 to 64"),
    wrong("an address without a port", "[listeners]\nmqtt = '1883'", "2:8", "listeners.mqtt: must be HOST:PORT"),
    wrong("TLS without a certificate", "[[listener]]\nkind = 'mqtts'\nbind = '127.0.0.1:1'", "2:8",
          "listener.0.certificate_file: is missing"),
    wrong("a certificate that is not there",
          "[listeners]\nmqtts = '127.0.0.1:1'\ncertificate_file = '/no/such'\nprivate_key_file = '/no/such'", ".*",
          "listeners.certificate_file.*No such file"),
    wrong("a key that is of another certificate",
          "[listeners]\nmqtts = '127.0.0.1:1'\ncertificate_file = '{folder}/server.pem'\n"
          "private_key_file = '{folder}/authority.key'", ".*", "listeners.private_key_file.* is not the private key of"),
    Case("two listeners on one address", check("[listeners]\nws = '127.0.0.1:1883'"), "exit 1: .*two listeners are bound to.*"),
    wrong("a dead letter queue that is the queue itself", "[[queue]]\nname = 'a'\ndead_letter_queue = 'a'", "3:.*",
          "queue.0.dead_letter_queue"),
    wrong("a role for nobody", "[[access]]\nname = 'a'\npublish = ['#']", ".*", "access.0.users: whom is it for"),
    wrong("a sink of no kind", "[[sink]]\nname = 'a'\nstream = 's'", "2:.*", "sink.0.kind: is missing"),
    wrong("a sink with a password in its url",
          "[[sink]]\nname = 'a'\nstream = 's'\nkind = 'amqp'\nurl = 'amqp://a:b@c'", "5:.*",
          "sink.0.url: has a password in it"),
    wrong("a sink with an option that librdkafka does not have",
          "[[sink]]\nname = 'a'\nkind = 'kafka'\nstream = 's'\nbrokers = 'c:1'\ntopic = 't'\nkafka_options = ['no=1']",
          "7:.*", "sink.0.kafka_options: No such configuration property"),
    wrong("a bridge for nothing", "[[bridge]]\nname = 'a'\naddress = 'b:1883'", ".*", "bridge.0.topics: is missing"),
    wrong("a bridge that takes a message twice",
          "[[bridge]]\nname = 'a'\naddress = 'b:1'\n[[bridge.topics]]\nfilter = '#'\n[[bridge.topics]]\nfilter = 't'",
          "7:.*", "bridge.0.topics.1.filter: takes what topics.0 takes"),
    wrong("an include that is not there", "include = ['nothing.toml']", "1:.*", "include: .*nothing.toml"),
    Case("files that include each other", includes_itself, "exit 1: .*second.toml:1:.*include: .*checked.toml includes itself.*"),
    Case("the environment is wrong", check("", environment={"DRAY__THREADS": "many"}),
         "exit 1: drayd: environment DRAY__THREADS: threads: must be a whole number.*"),
    Case("an API for other machines without a token", check("", "--admin", "0.0.0.0:0"),
         "exit 1: .*admin.bind: other machines can reach 0.0.0.0:0, so it needs admin.token_file.*"),
    Case("a port that another process has", takes_a_port, "exit 1: .*cannot start.*in use.*"),
    wrong_file("a password that is no hash", "auth.password_file", "car:hops\n", ":1: .*drayctl passwd"),
    wrong_file("an access rule that is none", "auth.acl_file", "topic read a\npattern read order/%{x\n", ":2: "),
    wrong_file("a secret that is too short", "auth.jwt_key_file", "short\n", ": .*32"),
    Case("a reload of what is no TOML", reloads(lambda toml: "= " + toml), "told", NOT_RELOADED.format("not TOML")),
    Case("a reload with a key that is misspelt", reloads(lambda toml: "thread = 1\n" + toml), "told",
         NOT_RELOADED.format("unknown key 'thread'")),
    Case("a reload of what only a restart changes",
         reloads(lambda toml: toml.replace("packet_bytes_max = 4096", "packet_bytes_max = 8192", 1)), "told",
         NOT_RELOADED.format("limits.packet_bytes_max is only changed by a restart")),
    Case("a reload that takes all rules away", reloads(lambda toml: toml[:toml.index("[[access]]")]), "told",
         NOT_RELOADED.format("rules begin or end by a restart only")),
    Case("a reload with a password file that is wrong", breaks("users", "car:hops\n"), "told",
         NOT_RELOADED.format("auth.password_file")),
    Case("a reload with a certificate that is none", breaks("server.pem", "no certificate"), "told",
         NOT_RELOADED.format("certificate_file")),
    Case("a reload with keys of tokens that are none", breaks("jwt", "short\n"), "told",
         NOT_RELOADED.format("auth.jwt_key_file")),
]
