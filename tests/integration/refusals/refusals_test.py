#!/usr/bin/python3
"""Attacks and mistakes, one after the other, against a drayd that a bystander goes on using: each is refused as it should
be, the log tells of it, a counter moves, and the bystander loses nothing.

    refusals_test.py PATH-OF-DRAYD PATH-OF-DRAYCTL [unittest arguments]
"""
import pathlib
import tempfile
import unittest

import access_cases
import bridge_cases
import config_cases
import disk_cases
import login_cases
import network_cases
import operator_cases
import protocol_cases
from stand import Certificates, Stand, free_ports, main

GUARDED = """
[listeners]
allow_anonymous = false
certificate_file = '{folder}/server.pem'
private_key_file = '{folder}/server.key'
[[listener]]
kind = 'ws'
bind = '127.0.0.1:0'
[[listener]]
kind = 'mqtts'
bind = '127.0.0.1:0'
client_certificate = 'required'
client_ca_file = '{folder}/authority.pem'
client_identity = 'cn'
[[listener]]
bind = '127.0.0.1:0'
proxy_protocol = true
[[listener]]
bind = '127.0.0.1:0'
connections_max = 1
[auth]
password_file = '{folder}/users'
jwt_key_file = '{folder}/jwt'
jwt_audience = 'battery'
[admin]
token_file = '{folder}/token'
[limits]
packet_bytes_max = 4096
topic_levels_max = 8
subscriptions_max = 4
receive_messages_max = 4
topic_aliases_max = 2
connect_ms_max = 2000
websocket_message_bytes_max = 4096
http_header_bytes_max = 1024
user_login_failures_max = 10
address_login_failures_max = 6
login_delay_ms = 60000
address_connections_per_s_max = 100
client_messages_per_s_max = 200
client_beyond_rate_ms_max = 500
[log]
lines_per_s_max = 1000
[[queue]]
name = 'full'
filters = ['work/full']
messages_max = 1
[[stream]]
name = 'events'
filters = ['event/#']
[[access]]
name = 'bystander'
users = ['bystander']
publish = ['bystander/#']
subscribe = ['bystander/#']
[[access]]
name = 'cars'
users = ['car']
publish = ['car/%c/#', 'free/#', 'work/full']
deny_publish = ['free/secret']
subscribe = ['car/#']
"""


class Refusals(unittest.TestCase):
    def attempt_all(self, stand, cases):
        for case in cases:
            with self.subTest(case.does):
                self.assertEqual(stand.attempt(case), [])

    def folder(self):
        return pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dray-refusals-")))

    def test_at_the_doors_of_a_guarded_broker(self):
        folder = self.folder()
        certificates = Certificates(folder)
        stand = Stand(folder, GUARDED.format(folder=folder))
        stand.certificates = certificates
        try:
            for cases in (login_cases, access_cases, protocol_cases, network_cases, operator_cases, config_cases):
                self.attempt_all(stand, cases.CASES)
        finally:
            stand.stop()

    def test_between_brokers(self):
        folder, port = self.folder(), free_ports(1)[0]
        stand = Stand(folder, bridge_cases.TOML.format(folder=folder, port=port))
        stand.far_port = port
        try:
            self.attempt_all(stand, bridge_cases.CASES)
        finally:
            stand.stop()

    def test_where_the_disk_is_full(self):
        folder = self.folder()
        stand = Stand(folder, disk_cases.TOML.format(folder=folder), qos=0)
        try:
            self.attempt_all(stand, disk_cases.CASES)
        finally:
            stand.stop()


if __name__ == "__main__":
    main()
