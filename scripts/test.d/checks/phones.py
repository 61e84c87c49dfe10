"""Two baresip, which are real phones, call each other."""

import json
import re
import socket

from server import FOR_SIPP, Server, password_of
from stage import HERE, TCP4, UDP4, CheckFailure, check, expect, free_port, is_bound, wait_for


class Baresip:
    """One baresip with one account, driven by its ctrl_tcp module: JSON in netstrings."""

    def __init__(self, stage, server, user, link, answer="auto"):
        self.user = user
        self.link = link
        self.sip, self.control, rtp = free_port(), free_port(), free_port() & ~1
        folder = stage.folder / f"baresip-{user}"
        folder.mkdir()
        words = dict(user=user, password=password_of(user), server=server.address(link), transport=link.transport,
                     sip=self.sip, control=self.control, rtp=rtp, last=rtp + 20, answer=answer, regint=60)
        for name in ("config", "accounts"):
            text = (HERE / "baresip" / name).read_text()
            for word, value in words.items():
                text = text.replace(f"@{word.upper()}@", str(value))
            (folder / name).write_text(text)
        (folder / "contacts").write_text("")
        self.process = stage.start(f"baresip-{user}", ["baresip", "-4", "-s", "-f", folder])
        wait_for(self._is_ready, 10, f"baresip of {user} has its control port")
        self.socket = socket.create_connection(("127.0.0.1", self.control), timeout=5)
        self.pending = b""
        self.events = []

    def _is_ready(self):
        expect(self.process.is_running, f"baresip of {self.user} ended")
        return is_bound(TCP4, self.control)

    def command(self, command, parameters=""):
        text = json.dumps({"command": command, "params": parameters, "token": command})
        self.socket.sendall(f"{len(text)}:{text},".encode())

    def wait(self, kind, seconds=10):
        """Waits for an event of this type, which counts once."""

        def seen():
            self._read()
            found = next((event for event in self.events if event.get("type") == kind), None)
            if found:
                self.events.remove(found)
            return found

        try:
            return wait_for(seen, seconds, f"{kind} at {self.user}")
        except CheckFailure as failure:
            raise CheckFailure(f"{failure}; there were {[event.get('type') for event in self.events]}") from None

    def _read(self):
        self.socket.settimeout(0.05)
        try:
            self.pending += self.socket.recv(65536)
        except TimeoutError:
            pass
        while head := re.match(rb"(\d+):", self.pending):
            end = head.end() + int(head.group(1))
            if len(self.pending) <= end:
                return
            message = json.loads(self.pending[head.end():end].decode(errors="replace"))
            self.pending = self.pending[end + 1:]
            if message.get("event"):
                self.events.append(message)


def two_phones(stage, link, configuration=FOR_SIPP):
    server = Server(stage, configuration=configuration)
    alice, bob = (Baresip(stage, server, user, link) for user in ("alice", "bob"))
    for phone in (alice, bob):
        wait_for(lambda: server.has_binding(phone.user), 10, f"the registration of {phone.user}")
    return alice, bob


@check(UDP4, TCP4)
def baresip_calls_baresip(stage, link):
    alice, bob = two_phones(stage, link)
    alice.command("dial", "sip:bob@localhost")
    for phone in (alice, bob):
        phone.wait("CALL_ESTABLISHED")
    alice.command("hangup")
    for phone in (alice, bob):
        phone.wait("CALL_CLOSED")


@check(UDP4, TCP4)
def baresip_is_hung_up(stage, link):
    alice, bob = two_phones(stage, link)
    alice.command("dial", "sip:bob@localhost")
    for phone in (alice, bob):
        phone.wait("CALL_ESTABLISHED")
    bob.command("hangup")
    for phone in (alice, bob):
        phone.wait("CALL_CLOSED")


@check(UDP4)
def baresip_with_the_configuration_as_shipped(stage, link):
    """What a newcomer runs, and a phone that knows no algorithm but MD5."""
    alice, bob = two_phones(stage, link, configuration="shipped")
    alice.command("dial", "sip:bob@localhost")
    for phone in (alice, bob):
        phone.wait("CALL_ESTABLISHED")
    alice.command("hangup")
