"""Mistakes of operators, and of those who would like to be some: the admin API, drayctl, and programs that cannot start."""
import socket

from packets import DEADLINE_S
from stand import ADMIN_TOKEN, Case, outcome, run

TOKEN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


def asks(method, path, body=None, headers=None):
    """Status, the field if one is named, and what the problem is."""
    def act(stand):
        status, answer = stand.drayd.http(method, path, body, TOKEN if headers is None else headers)
        return f"{status} {answer.get('field', '')} {answer['detail']}" if isinstance(answer, dict) else f"{status} {answer}"
    return act


def refused(path, status, why):
    return rf'admin request refused .*target="?{path}"? status={status} why="{why}'


def sends(data):
    def act(stand):
        with socket.create_connection(("127.0.0.1", stand.drayd.port("admin")), DEADLINE_S) as wire:
            wire.settimeout(DEADLINE_S)
            wire.sendall(data)
            return wire.recv(4096).decode()
    return act


def many_connections(stand):
    """More than it serves at a time: those beyond are closed, and there is room again afterwards."""
    port = stand.drayd.port("admin")
    crowd = [socket.create_connection(("127.0.0.1", port), DEADLINE_S) for _ in range(66)]
    try:
        crowd[-1].settimeout(DEADLINE_S)
        try:
            return repr(crowd[-1].recv(1))
        except ConnectionError:
            return "b''"
    finally:
        for wire in crowd:
            wire.close()


def ctl(*arguments, token="token"):
    def act(stand):
        return outcome(run("drayctl", "--admin", stand.drayd.address["admin"], "--token-file", stand.folder / token, *arguments))
    return act


def ctl_alone(*arguments):
    return lambda stand: outcome(run("drayctl", *arguments, environment={"DRAYCTL_ADMIN": "127.0.0.1:1"}))


def wrong_token(stand):
    (stand.folder / "wrong-token").write_text("guess\n")
    return ctl("status", token="wrong-token")(stand)


def bad_diff(stand):
    wrong = stand.folder / "wrong.toml"
    wrong.write_text("thread = 1")
    return ctl("config", "diff", wrong)(stand)


CASES = [
    Case("an operator without the token", asks("GET", "/api/v1/sessions", headers={}), "401  needs the header .*",
         refused("/api/v1/sessions", 401, "needs the header")),
    Case("an operator with another token", asks("GET", "/metrics", headers={"Authorization": "Bearer guess"}), "401 .*",
         refused("/metrics", 401, "needs the header")),
    Case("another scheme", asks("DELETE", "/api/v1/sessions/bystander", headers={"Authorization": "Basic Og=="}), "401 .*",
         refused("/api/v1/sessions/bystander", 401, "needs the header")),
    Case("a path where nothing is", asks("GET", "/api/v2/sessions"), "404  there is nothing at .*",
         refused("/api/v2/sessions", 404, "there is nothing at")),
    Case("a path out of the folder", asks("GET", "/../../etc/passwd"), "40[04] .*", "admin request refused .*passwd"),
    Case("the same, encoded", asks("GET", "/%2e%2e/%2e%2e/etc/passwd"), "40[04] .*", "admin request refused .*passwd"),
    Case("a path that is malformed", asks("GET", "/api/%zz"), "400  the path or query is malformed",
         refused("/api/%zz", 400, "the path or query is malformed")),
    Case("another method", asks("POST", "/metrics", {}), "405  only GET is possible there",
         refused("/metrics", 405, "only GET is possible there")),
    Case("a client who is not there", asks("DELETE", "/api/v1/sessions/nobody/connection"), "404 .*",
         "admin request refused .*nobody"),
    Case("JSON that is none", asks("POST", "/api/v1/queues", "{"), "400 .*", "admin request refused .*status=400"),
    Case("a key that does not exist", asks("POST", "/api/v1/queues", {"name": "q", "filter": "a"}), "400 filter .*",
         "admin request refused .*filter"),
    Case("a number in quotes", asks("POST", "/api/v1/queues", {"name": "q", "messages_max": "7"}), "400 messages_max .*",
         "admin request refused .*messages_max"),
    Case("a queue that is there with other options", asks("POST", "/api/v1/queues", {"name": "full"}), "409 .*",
         "admin request refused .*status=409"),
    Case("a stream of a filter that is none", asks("POST", "/api/v1/streams", {"name": "s", "filters": ["a/#/b"]}),
         "400 filters .*", "admin request refused .*filters"),
    Case("a page of a million", asks("GET", "/api/v1/sessions?count=1000000"), "400 count .*", "admin request refused .*count"),
    Case("a body larger than allowed", sends(b"POST /api/v1/queues HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"),
         "HTTP/1.1 413 .*", 'admin request refused .*status=413 why="the body is longer than'),
    Case("MQTT on the port of the API", sends(b"\x10\x10\0\4MQTT\4\2\0\0\0\0\r\n\r\n"), "HTTP/1.1 400 .*",
         'admin request refused .*status=400 why="malformed HTTP'),
    Case("a header that splits", sends(b"GET /metrics HTTP/1.1\r\nHost: x\r\nA\rB: c\r\n\r\n"), "HTTP/1.1 400 .*",
         'admin request refused .*status=400 why="malformed HTTP'),
    Case("a crowd on the API", many_connections, "b''", 'admin request refused .*why="there are too many connections"'),
    Case("drayctl with a wrong token", wrong_token, "exit 1: .*needs the header .*--token-file.*", "admin request refused"),
    Case("drayctl for a client who is not there", ctl("client", "disconnect", "nobody"), "exit 1: .*", "admin request refused"),
    Case("drayctl config diff of a wrong file", bad_diff, "exit 1: .*wrong.toml:1:10: unknown key 'thread'.*",
         "admin request refused .*unknown key"),
    Case("drayctl with a command that is misspelt", ctl_alone("client", "disconect", "x"),
         "exit 2: drayctl: 'disconect' is not a command; there are: ls subs disconnect end"),
    Case("drayctl with a group that is misspelt", ctl_alone("clients", "ls"), "exit 2: drayctl: 'clients' is not a command; .*"),
    Case("drayctl without its argument", ctl_alone("client", "disconnect"), "exit 2: .*client is required.*"),
    Case("drayctl where no broker is", ctl_alone("status"), "exit 3: .*cannot reach drayd at 127.0.0.1:1.*"),
    Case("drayctl with a token file that is not there", ctl("status", token="nowhere"), "exit 2: .*nowhere.*"),
]
