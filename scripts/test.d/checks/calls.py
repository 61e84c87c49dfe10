"""Calls between two phones that are registered, with credentials and Record-Route."""

from line import answering
from server import FOR_SIPP, Server, password_of
from sipp import Sipp
from stage import TCP4, TCP6, UDP4, UDP6, check, expect

PAIRS = [(UDP4, UDP4), (TCP4, TCP4), (UDP6, UDP6), (TCP6, TCP6), (UDP4, TCP4), (TCP4, UDP4), (UDP4, UDP6), (TCP6, UDP4)]


def call(stage, caller_link, callee_link, caller="call", callee="answer"):
    """alice calls bob; gives both sipps when they are done."""
    server = Server(stage, configuration=FOR_SIPP)
    bob = answering(stage, callee, server, callee_link, "bob")
    alice = Sipp(stage, caller, server, caller_link, user="alice", password=password_of("alice"), callee="bob")
    alice.finish()
    bob.finish()
    return alice, bob


@check(*PAIRS)
def caller_hangs_up(stage, caller_link, callee_link):
    _, bob = call(stage, caller_link, callee_link)
    check_record_routes(bob, caller_link, callee_link)


@check(*PAIRS)
def callee_hangs_up(stage, caller_link, callee_link):
    call(stage, caller_link, callee_link, caller="call-hung-up", callee="answer-hangs-up")


@check((UDP4, UDP4), (UDP4, TCP4))
def call_with_another_invite(stage, caller_link, callee_link):
    call(stage, caller_link, callee_link, caller="call-again", callee="answer-again")


def check_record_routes(callee, caller_link, callee_link):
    """One Record-Route, or two where the transport or the IP version changes (RFC 5658)."""
    invite = callee.messages("INVITE")[0]
    values = [line for line in invite.splitlines() if line.startswith("Record-Route:")]
    routes = sum(line.count("<sip:") for line in values)
    expected = 1 if caller_link == callee_link else 2
    expect(routes == expected, f"{expected} Record-Route expected, there are {values}")
    expect("Proxy-Authorization" not in invite, "the credentials for this server were passed on")
