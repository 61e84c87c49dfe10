"""Voicemail, when the configuration has one: as part of the same call, with Diversion (RFC 5806)."""

from line import answering
from server import FOR_SIPP, Server, password_of
from sipp import Sipp
from stage import TCP4, UDP4, check, expect, free_port


def call_that_goes_to_voicemail(stage, scenario, why, settings=None, link=UDP4, **words):
    """alice calls bob, whose phone (if any) does not take the call."""
    port = free_port()
    target = f"sip:voicemail@127.0.0.1:{port};transport={link.transport}"
    server = Server(stage, settings={"voicemail": target, **(settings or {})}, configuration=FOR_SIPP)
    bob = answering(stage, scenario, server, UDP4, "bob", **words) if scenario else None
    if not scenario:
        options = ["--server", server.uri(UDP4), "--password", password_of("bob")]
        server.command("ua", "register", "sip:bob@localhost", *options)
        server.command("ua", "register", "sip:bob@localhost", "--unregister", *options)
    voicemail = Sipp.listening(stage, "answer", server, link, user="voicemail", port=port)
    Sipp(stage, "call", server, user="alice", password=password_of("alice"), callee="bob").finish()
    for sipp in filter(None, [bob, voicemail]):
        sipp.finish()
    invite = voicemail.messages("INVITE")[0]
    expect(f"Diversion: <sip:bob@localhost>;reason={why}" in invite, f"Diversion is missing in\n{invite}")
    expect(invite.startswith("INVITE sip:voicemail@"), f"the Request-URI is wrong in\n{invite}")


@check(UDP4, TCP4)
def voicemail_when_busy(stage, link):
    call_that_goes_to_voicemail(stage, "refuse", "user-busy", link=link, status=486, reason="Busy Here")


@check()
def voicemail_when_nobody_answers(stage):
    call_that_goes_to_voicemail(stage, "ring", "no-answer", settings={"ring_time": 1})


@check()
def voicemail_when_no_phone_is_on(stage):
    call_that_goes_to_voicemail(stage, None, "unavailable")
