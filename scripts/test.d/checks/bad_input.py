"""What no phone should send. The server answers what can be answered, and goes on."""

import os
import random

from server import Server, password_of
from sip import Phone
from stage import TCP4, TCP6, UDP4, UDP6, check, expect

LINKS = [UDP4, TCP4]


def edited(phone, method="OPTIONS", uri="sip:bob@localhost", **replacements):
    """A request with header fields replaced: `CSeq="1 INVITE"`, or removed with None."""
    body = replacements.pop("body", "")
    lines = phone.build(method, uri, body=body).split("\r\n")
    for name, value in replacements.items():
        name = name.replace("_", "-")
        index = next(i for i, line in enumerate(lines) if line.lower().startswith(name.lower() + ":"))
        lines[index:index + 1] = [] if value is None else [f"{name}: {value}"]
    return "\r\n".join(lines)


def expect_status(phone, text, status, header=None):
    """The response has this status, and this header field; gives it."""
    response = phone.exchange(text)
    expect(response is not None, f"no answer instead of {status} to\n{text[:600]}")
    expect(response.status == status, f"{response.start_line} instead of {status} to\n{text[:600]}")
    expect(not header or response.header(header), f"{status} without {header}")
    return response


@check(UDP4, UDP6)
def garbage_datagrams(stage, link):
    server = Server(stage)
    dice = random.Random(3261)
    with Phone(link, server) as phone:
        good = phone.build("OPTIONS", "sip:localhost").encode()
        for _ in range(300):
            phone.send(dice.randbytes(dice.randrange(1, 1400)))
            broken = bytearray(good)
            for _ in range(dice.randrange(1, 20)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            phone.send(bytes(broken))
            phone.send(good[:dice.randrange(len(good))])
        for data in (b"", b"\0", b"\r\n", b"\r\n\r\n", b"\0\0\0\0", b" " * 1000, b"SIP/2.0\r\n\r\n",
                     b"INVITE\r\n\r\n", b"INVITE sip:a@b SIP/2.0\r\n\r\n", b"\xff" * 65000):
            phone.send(data)
    server.check_alive()


@check(*LINKS)
def requests_that_are_answered_400(stage, link):
    server = Server(stage)
    with Phone(link, server) as phone:
        for name, value in [("CSeq", "1 INVITE"), ("CSeq", "x OPTIONS"), ("CSeq", "4294967296 OPTIONS"),
                            ("CSeq", None), ("From", None), ("To", None), ("Call-ID", None), ("From", "<sip:a@b"),
                            ("To", "\"unterminated <sip:bob@localhost>"), ("Max-Forwards", "-1")]:
            phone.send(edited(phone, **{name: value}))
            response = phone.final()
            expect(response is not None and response.status == 400,
                   f"{response and response.start_line} instead of 400 with {name}: {value}")
    server.check_alive()


@check(*LINKS)
def refusals_with_their_own_status(stage, link):
    server = Server(stage)
    with Phone(link, server) as phone:
        expect_status(phone, phone.build("OPTIONS", "gopher:bob@localhost"), 416)
        expect_status(phone, phone.build("OPTIONS", "sip:bob@localhost").replace("SIP/2.0\r\n", "SIP/7.0\r\n", 1), 505)
        expect_status(phone, phone.build("OPTIONS", f"sip:{'b' * 5000}@localhost", to="sip:bob@localhost"), 414)
        expect_status(phone, edited(phone, "MESSAGE", Max_Forwards="0"), 483)
        expect_status(phone, phone.build("OPTIONS", "sip:bob@localhost", headers=["Proxy-Require: teleport"]), 420,
                      "Unsupported")
    server.check_alive()


@check(*LINKS)
def unknown_require_at_the_registrar(stage, link):
    with Phone(link, Server(stage)) as phone:
        response = phone.request_with_password(
            "REGISTER", "sip:localhost", "alice", password_of("alice"), to="sip:alice@localhost",
            contact=phone.contact("alice"), headers=["Require: teleport"])
    expect(response.status == 420, f"got {response.start_line}")
    expect(response.header("Unsupported") == "teleport", "420 without Unsupported")


@check(*LINKS)
def message_that_is_too_large(stage, link):
    """Over TCP the length is announced; a datagram has to be larger than the limit, so that is small here."""
    server = Server(stage, configuration={"limits": {"message_bytes": 4096}})
    with Phone(link, server) as phone:
        expect_status(phone, phone.build("MESSAGE", "sip:bob@localhost", body="x" * 5000), 513)
    server.check_alive()


@check()
def datagram_shorter_than_its_content_length(stage):
    server = Server(stage)
    with Phone(UDP4, server) as phone:
        expect_status(phone, edited(phone, Content_Length="100"), 400)
        expect_status(phone, edited(phone, Content_Length="-1"), 400)
        expect_status(phone, edited(phone, Content_Length="99999999999999999999"), 400)
        # RFC 3261 §18.3: what lies behind the body is no part of the message.
        expect_status(phone, phone.build("OPTIONS", server.uri(UDP4)) + "trailing bytes", 200)
    server.check_alive()


@check(*LINKS)
def request_without_via_is_dropped(stage, link):
    server = Server(stage)
    with Phone(link, server) as phone:
        phone.send(edited(phone, Via=None))
        response = phone.receive(0.3)
        expect(response is None or response.status == 400, f"got {response and response.start_line}")
    server.check_alive()


@check(*LINKS)
def response_is_never_answered(stage, link):
    server = Server(stage)
    with Phone(link, server) as phone:
        for line in ("SIP/2.0 200 OK", "SIP/2.0 999 Odd", "SIP/2.0 99 Odd", "SIP/7.0 200 OK", "SIP/2.0 xyz"):
            text = edited(phone).split("\r\n", 1)
            phone.send(f"{line}\r\n{text[1]}")
            phone.send(f"{line}\r\n\r\n")
        expect(phone.receive(0.3) is None, "a response was answered")
    server.check_alive()


@check(*LINKS)
def odd_but_valid(stage, link):
    """What a strict reader would stumble over (after RFC 4475 §3.1.1)."""
    server = Server(stage)
    with Phone(link, server) as phone:
        lines = [
            f"OPTIONS {server.uri(link)} SIP/2.0",
            f"v:  SIP  / 2.0  / {link.transport.upper()}\r\n    {phone.address} ; rport ; branch  = z9hG4bKodd1",
            "FROM : \"A \\\\\\\" quoted,name\" <sip:caller@example.org>;tag = odd;other=\"x;y\"",
            "t : sip:localhost ; unknown",
            "TO-unknown: yes",
            "i: odd.1@example.org",
            "cseq:   0009\r\n  OPTIONS",
            "max-forwards: 0068",
            "NewFangledHeader:   newfangled value\r\n continued newfangled value",
            "UnknownHeaderWithUnusualValue: ;;,,;;,;",
            "l: 0",
        ]
        phone.send("\r\n".join(lines) + "\r\n\r\n")
        response = phone.final()
        expect(response is not None and response.status == 200, f"got {response and response.start_line}")
        expect("odd.1@example.org" in (response.header("Call-ID"), response.header("i")), "another Call-ID")


@check(TCP4, TCP6)
def half_a_message_and_then_nothing(stage, link):
    server = Server(stage)
    for length in (1, 40, 200):
        with Phone(link, server) as phone:
            phone.send(phone.build("OPTIONS", server.uri(link))[:length])
    with Phone(link, server) as phone:
        phone.send(edited(phone, Content_Length="500") + "only this")
    server.check_alive()


@check()
def slow_message_is_given_up(stage):
    server = Server(stage, configuration={"limits": {"header_timeout": 1}})
    with Phone(TCP4, server) as phone:
        phone.send("OPTIONS sip:localhost SIP/2.0\r\nVia: ")
        expect(phone.is_closed(4), "the connection stays open although no message gets complete")
    server.check_alive()


@check()
def stream_in_pieces(stage):
    """Bytes one at a time, two messages at once, keep-alives in between (RFC 5626 §4.4.1)."""
    server = Server(stage)
    with Phone(TCP4, server) as phone:
        one, two = (phone.build("OPTIONS", server.uri(TCP4)) for _ in range(2))
        for byte in one:
            phone.send(byte)
        expect(phone.final() is not None, "no answer to a message in pieces")
        phone.send(one.replace("check-", "next-") + "\r\n\r\n" + two)
        expect(phone.final() is not None and phone.final() is not None, "not two answers to two messages at once")
        phone.socket.sendall(b"\r\n\r\n")
        phone.socket.settimeout(3)
        expect(phone.socket.recv(16) == b"\r\n", "no pong to a ping")


@check()
def garbage_on_a_connection(stage):
    server = Server(stage)
    for data in (os.urandom(5000), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"x" * 100_000,
                 b"OPTIONS sip:localhost SIP/2.0\r\n" + b"A: b\r\n" * 30_000 + b"\r\n",
                 b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)):
        with Phone(TCP4, server) as phone:
            try:
                phone.send(data)
            except ConnectionError:
                pass  # the server has closed it already
    server.check_alive()
