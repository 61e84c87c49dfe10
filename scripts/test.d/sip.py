"""Just enough SIP to say what no phone would say: messages as text over one socket, and Digest."""

import hashlib
import itertools
import re
import socket
import time

from stage import CheckFailure, expect

counter = itertools.count(1)
HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


class Message:
    """A received message."""

    def __init__(self, data):
        self.text = data.decode(errors="replace")
        head, _, self.body = self.text.partition("\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        self.start_line = lines[0]
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    @property
    def status(self):
        """The status of a response, None in a request."""
        return int(self.start_line.split()[1]) if self.start_line.startswith("SIP/2.0 ") else None

    @property
    def method(self):
        """The method of a request, None in a response."""
        return None if self.status else self.start_line.split()[0]

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def header(self, name):
        return next(iter(self.all(name)), None)


class Phone:
    """One end of a conversation with the server: a UDP socket or a TCP connection."""

    def __init__(self, link, server=None, port=0):
        self.link = link
        self.server = server
        self.pending = b""
        kind = socket.SOCK_DGRAM if link.transport == "udp" else socket.SOCK_STREAM
        self.socket = socket.socket(link.family, kind)
        self.socket.bind((link.host, port))
        if link.transport == "tcp":
            self.socket.settimeout(5)
            self.socket.connect((link.host, server.port))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    @property
    def address(self):
        return f"{self.link.bracketed}:{self.port}"

    def contact(self, user):
        return f"<sip:{user}@{self.address};transport={self.link.transport}>"

    # MARK: Bytes

    def send(self, data, to=None):
        data = data.encode() if isinstance(data, str) else data
        if self.link.transport == "tcp":
            self.socket.sendall(data)
        else:
            self.socket.sendto(data, (self.link.host, to or self.server.port))

    def receive(self, seconds=2):
        """The next message, or None."""
        deadline = time.monotonic() + seconds
        while True:
            message = self._framed()
            if message:
                return message
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except (TimeoutError, ConnectionError):
                return None
            if self.link.transport == "tcp":
                if not data:
                    return None
                self.pending += data
            else:
                return Message(data)

    def _framed(self):
        """The first whole message of what a connection has brought."""
        self.pending = self.pending.lstrip(b"\r\n")
        head, separator, rest = self.pending.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = re.search(rb"\r\n(?:Content-Length|l)[ \t]*:[ \t]*(\d+)", head, re.IGNORECASE)
        length = int(length.group(1)) if length else 0
        if len(rest) < length:
            return None
        self.pending = rest[length:]
        return Message(head + separator + rest[:length])

    def is_closed(self, seconds=5):
        """Whether the server closes the connection in this time."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
            return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    # MARK: Requests

    def build(self, method, uri, from_=None, to=None, headers=(), contact=None, call_id=None, cseq=1, body="",
              from_tag="caller", branch=None, sent_by=None):
        """The text of a request."""
        number = next(counter)
        branch = branch or f"z9hG4bK-check-{number}-{time.monotonic_ns()}"
        to = to or uri
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.link.transport.upper()} {sent_by or self.address};rport;branch={branch}",
            "Max-Forwards: 70",
            f"From: <{from_ or 'sip:stranger@example.org'}>;tag={from_tag}",
            f"To: {to}" if "<" in to else f"To: <{to}>",
            f"Call-ID: {call_id or f'check-{number}-{time.monotonic_ns()}'}",
            f"CSeq: {cseq} {method}",
        ]
        if contact or method == "INVITE":
            lines.append(f"Contact: {contact or self.contact('caller')}")
        lines += headers
        if body and not any(line.startswith("Content-Type") for line in headers):
            lines.append("Content-Type: text/plain")
        lines.append(f"Content-Length: {len(body.encode())}")
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def final(self, seconds=5, call_id=None):
        """The next final response, of this call if one is named; None when none comes."""
        deadline = time.monotonic() + seconds
        while True:
            message = self.receive(max(deadline - time.monotonic(), 0))
            if message is None:
                return None
            if (message.status or 0) >= 200 and call_id in (None, message.header("Call-ID")):
                return message

    def exchange(self, text, seconds=5, attempts=1):
        """Sends a request, again if nothing comes, and gives its final response; acknowledges that of an INVITE."""
        call_id = Message(text.encode()).header("Call-ID")
        for _ in range(attempts):
            self.send(text)
            response = self.final(seconds / attempts, call_id)
            if response:
                if text.startswith("INVITE "):
                    self.acknowledge(text, response)
                return response
        return None

    def acknowledge(self, invite, response):
        """The ACK of a failure, which is part of its transaction (RFC 3261 §17.1.1.3)."""
        if response.status < 300:
            return
        request = Message(invite.encode())
        uri = invite.split()[1]
        routes = "".join(f"Route: {value}\r\n" for value in request.all("Route"))
        self.send(
            f"ACK {uri} SIP/2.0\r\nVia: {request.header('Via')}\r\nMax-Forwards: 70\r\n{routes}"
            f"From: {request.header('From')}\r\nTo: {response.header('To')}\r\nCall-ID: {request.header('Call-ID')}\r\n"
            f"CSeq: {request.header('CSeq').split()[0]} ACK\r\nContent-Length: 0\r\n\r\n")

    def request(self, method, uri, attempts=1, **options):
        return self.exchange(self.build(method, uri, **options), attempts=attempts)

    def request_with_password(self, method, uri, user, password, headers=(), **options):
        """Sends a request, and once more with credentials when it is challenged."""
        options.setdefault("from_", f"sip:{user}@localhost")
        options.setdefault("call_id", f"check-{next(counter)}-{time.monotonic_ns()}")
        response = self.request(method, uri, headers=headers, cseq=1, **options)
        if response is None:
            raise CheckFailure(f"no answer to {method} {uri}")
        if response.status not in (401, 407):
            return response
        credentials = credentials_for(response, method, uri, user, password)
        response = self.request(method, uri, headers=[*headers, credentials], cseq=2, **options)
        expect(response is not None, f"no answer to {method} {uri} with credentials")
        return response


class Listener(Phone):
    """A phone that waits for a TCP connection, and has no other."""

    def __init__(self, link):
        self.link = link
        self.pending = b""
        self.socket = None
        self.listener = socket.create_server((link.host, 0), family=link.family)
        self.port = self.listener.getsockname()[1]

    def receive(self, seconds=2):
        if self.socket is None:
            self.listener.settimeout(seconds)
            try:
                self.socket, _ = self.listener.accept()
            except TimeoutError:
                return None
        return super().receive(seconds)

    def close(self):
        self.listener.close()
        if self.socket:
            self.socket.close()


def credentials_for(response, method, uri, user, password):
    """The header field that answers a challenge: the first one, which is the strongest (RFC 8760)."""
    field, answer = {401: ("WWW-Authenticate", "Authorization"),
                     407: ("Proxy-Authenticate", "Proxy-Authorization")}[response.status]
    challenge = response.header(field)
    expect(challenge is not None, f"{response.start_line} without {field}")
    parameters = re.findall(r'([\w-]+)=(?:"([^"]*)"|([^\s,]+))', challenge)
    values = {name.lower(): quoted or bare for name, quoted, bare in parameters}
    algorithm = values.get("algorithm", "MD5")
    digest = lambda text: HASHES[algorithm](text.encode()).hexdigest()
    first = digest(f"{user}:{values['realm']}:{password}")
    second = digest(f"{method}:{uri}")
    proof = digest(f"{first}:{values['nonce']}:00000001:check:auth:{second}")
    return (f'{answer}: Digest username="{user}", realm="{values["realm"]}", nonce="{values["nonce"]}", uri="{uri}", '
            f'algorithm={algorithm}, qop=auth, nc=00000001, cnonce="check", response="{proof}"'
            + (f', opaque="{values["opaque"]}"' if "opaque" in values else ""))

def answer_to(request, status, reason):
    """A response of a phone."""
    tag = "" if ";tag=" in request.header("To") else ";tag=phone"
    vias = "".join(f"Via: {value}\r\n" for value in request.all("Via"))
    return (f"SIP/2.0 {status} {reason}\r\n{vias}From: {request.header('From')}\r\nTo: {request.header('To')}{tag}\r\n"
            f"Call-ID: {request.header('Call-ID')}\r\nCSeq: {request.header('CSeq')}\r\nContent-Length: 0\r\n\r\n")
