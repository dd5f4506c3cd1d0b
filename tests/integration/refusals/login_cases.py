"""Who cannot prove who he is. Each comes from an address of his own, as failures of one address add up."""
import base64
import hashlib
import hmac
import json
import time

from packets import DATA, METHOD, auth, connect, hear, publish, read_packet
from stand import PASSWORDS, SECRET, Case

WRONG = "wrong user name or password"
LOGINS_FAILED, CONNECTS_REFUSED = "dray_logins_failed_total", "dray_connects_refused_total"


def closed(why, reason="0x86"):
    return rf'connection closed .*why="{why}.*" reason={reason}'


def far(address, *packets, version=5):
    def act(stand):
        with stand.far_wire(address) as wire:
            wire.sendall(b"".join(packets))
            return hear(wire, version=version)
    return act


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims, secret=SECRET, algorithm="HS256"):
    signed = base64url(json.dumps({"alg": algorithm}).encode()) + "." + base64url(json.dumps(claims).encode())
    return signed + "." + base64url(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))


def claims(**changes):
    whole = {"sub": "car", "aud": "battery", "exp": int(time.time()) + 600, **changes}
    return {key: value for key, value in whole.items() if value is not None}


def shows(address, *arguments, **keywords):
    return far(address, connect("token", "car", token(*arguments, **keywords)))


def scram(address, first, final=None, method=b"SCRAM-SHA-256"):
    """An exchange; `final` is told the server's nonce."""
    def act(stand):
        with stand.far_wire(address) as wire:
            wire.sendall(connect("scram", extra=((METHOD, method), (DATA, first))))
            if final is None:
                return hear(wire)
            kind, body = read_packet(wire)
            assert kind == 0xf0, body
            nonce = body[body.index(b"r=") + 2:body.index(b",s=")]
            wire.sendall(final(nonce))
            return hear(wire)
    return act


def proof(nonce, value=b"A" * 43 + b"=", channel=b"biws"):
    return auth(b"SCRAM-SHA-256", b"c=" + channel + b",r=" + nonce + b",p=" + value)


def again_and_again(address_of, user_of, then, failures):
    """Wrong passwords, and then the right one."""
    def act(stand):
        for number in range(failures):
            heard = far(address_of(number), connect("guess", user_of(number), "guess"))(stand)
            assert heard == "connack 0x86, closed", heard
        return then(stand)
    return act


RIGHT = connect("guess", "guessed", PASSWORDS["guessed"])
CASES = [
    Case("a wrong password, 5.0", far("192.0.2.1", connect("a", "car", "guess")), "connack 0x86, closed", closed(WRONG),
         LOGINS_FAILED),
    Case("a wrong password, 3.1.1", far("192.0.2.2", connect("a", "somebody", "guess", version=4), version=4),
         "connack 0x04, closed", closed(WRONG), LOGINS_FAILED),
    Case("a user who does not exist", far("192.0.2.3", connect("a", "nobody", "hops")), "connack 0x86, closed", closed(WRONG),
         LOGINS_FAILED),
    Case("a user without a password", far("192.0.2.4", connect("a", "bystander")), "connack 0x86, closed", closed(WRONG),
         LOGINS_FAILED),
    Case("a password without a user", far("192.0.2.5", connect("a", None, "hops")), "connack 0x86, closed", closed(WRONG),
         LOGINS_FAILED),
    Case("no name at all", far("192.0.2.6", connect("a")), "connack 0x87, closed",
         closed("anonymous clients are not allowed on this listener", "0x87"), CONNECTS_REFUSED),
    Case("a bridge's client id, by who is none", far("192.0.2.17", connect("$bridge.north", "car", PASSWORDS["car"])),
         "connack 0x85, closed", closed("client ids of that kind are the broker's own", "0x85"), CONNECTS_REFUSED),
    Case("a sink's, at 3.1.1", far("192.0.2.18", connect("$sink.events:x", "car", PASSWORDS["car"], version=4), version=4),
         "connack 0x02, closed", closed("client ids of that kind are the broker's own", "0x85"), CONNECTS_REFUSED),
    Case("a user name with a NUL in it", far("192.0.2.7", connect("a", "car\0", "hops")), ".*closed", "connection closed",
         CONNECTS_REFUSED),
    Case("an authentication method that is not known", scram("192.0.2.8", b"n,,n=car,r=abc", method=b"PLAIN"),
         "connack 0x8c, closed", closed("no such authentication method", "0x8c"), CONNECTS_REFUSED),
    Case("a wrong SCRAM proof", scram("192.0.2.9", b"n,,n=car,r=abc", proof), "connack 0x86, closed", closed(WRONG),
         LOGINS_FAILED),
    Case("a SCRAM proof of no user", scram("192.0.2.10", b"n,,n=nobody,r=abc", proof), "connack 0x86, closed", closed(WRONG),
         LOGINS_FAILED),
    Case("SCRAM for somebody else", scram("192.0.2.11", b"n,a=bystander,n=car,r=abc"), "connack 0x87, closed",
         closed("nobody may act for another", "0x87"), CONNECTS_REFUSED),
    Case("SCRAM with a channel that is not bound", scram("192.0.2.12", b"p=tls-unique,,n=car,r=abc"), "connack 0x.., closed",
         "SCRAM channel binding is not supported", CONNECTS_REFUSED),
    Case("a SCRAM nonce that is not ours", scram("192.0.2.13", b"n,,n=car,r=abc", lambda nonce: proof(b"abcdef")),
         "connack 0x.., closed", "the SCRAM nonce is not ours", CONNECTS_REFUSED),
    Case("a SCRAM header that changes on the way",
         scram("192.0.2.14", b"n,,n=car,r=abc", lambda nonce: proof(nonce, channel=b"eSws")), "connack 0x.., closed",
         "the SCRAM header has changed", CONNECTS_REFUSED),
    Case("another method in the middle of an exchange",
         scram("192.0.2.15", b"n,,n=car,r=abc", lambda nonce: auth(b"PLAIN", b"x")), "connack 0x82, closed",
         closed("another authentication method than in CONNECT", "0x82"), CONNECTS_REFUSED),
    Case("a PUBLISH in the middle of an exchange",
         scram("192.0.2.16", b"n,,n=car,r=abc", lambda nonce: publish("car/x")), "connack 0x82, closed",
         closed("only AUTH may come before the CONNACK", "0x82"), CONNECTS_REFUSED),
    Case("a token signed by another key", shows("192.0.2.20", claims(), secret=SECRET + "!"), "connack 0x86, closed",
         closed("the token is not signed by a key that is known here"), LOGINS_FAILED),
    Case("a token that nobody signed", shows("192.0.2.21", claims(), algorithm="none"), "connack 0x86, closed",
         closed("the token is not signed by a key that is known here"), LOGINS_FAILED),
    Case("a token signed by another algorithm than its key's", shows("192.0.2.22", claims(), algorithm="RS256"),
         "connack 0x86, closed", closed("the token is not signed by a key that is known here"), LOGINS_FAILED),
    Case("a token that has expired", shows("192.0.2.23", claims(exp=1)), "connack 0x86, closed",
         closed("the token has expired"), LOGINS_FAILED),
    Case("a token that is valid for ever", shows("192.0.2.24", claims(exp=None)), "connack 0x86, closed",
         closed("the token does not say until when it is valid"), LOGINS_FAILED),
    Case("a token that is not valid yet", shows("192.0.2.25", claims(nbf=int(time.time()) + 3600)), "connack 0x86, closed",
         closed("the token is not valid yet"), LOGINS_FAILED),
    Case("a token for others", shows("192.0.2.26", claims(aud="shop")), "connack 0x86, closed",
         closed("the token is for another audience"), LOGINS_FAILED),
    Case("a token of nobody", shows("192.0.2.27", claims(sub=None)), "connack 0x86, closed",
         closed("the token does not say whose it is"), LOGINS_FAILED),
    # The next failures are on the shard of "guess".
    Case("one user's password is guessed from many addresses, and then right",
         again_and_again(lambda i: f"192.0.2.{30 + i}", lambda i: "guessed", far("192.0.2.50", RIGHT), 11), "connack 0x9f, closed",
         closed("too many failed logins of this user: try again later", "0x9f"), "dray_logins_held_off_total"),
    Case("many users' passwords are guessed from one address, and then one is right",
         again_and_again(lambda i: "192.0.2.51", lambda i: f"user-{i}",
                         far("192.0.2.51", connect("guess", "bystander", PASSWORDS["bystander"])), 7), "connack 0x9f, closed",
         closed("too many failed logins from this address: try again later", "0x9f"), "dray_logins_held_off_total"),
]
