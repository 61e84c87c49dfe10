"""Several contacts, busy, no answer, CANCEL (RFC 3261 §16.7 and §9)."""

from line import answering
from server import FOR_SIPP, Server, password_of
from sipp import Sipp
from stage import TCP4, UDP4, check, expect

LINKS = [UDP4, TCP4]


def calling(stage, server, scenario, link, **words):
    """alice calls bob and gets what the scenario expects."""
    alice = Sipp(stage, scenario, server, link, user="alice", password=password_of("alice"), callee="bob", **words)
    alice.finish()
    return alice


@check(*LINKS)
def one_of_three_answers_and_the_others_are_cancelled(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    phones = [answering(stage, scenario, server, link, "bob") for scenario in ("ring", "answer", "ring")]
    calling(stage, server, "call", link)
    for phone in phones:
        phone.finish()


@check(*LINKS)
def busy(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    bob = answering(stage, "refuse", server, link, "bob", status=486, reason="Busy Here")
    calling(stage, server, "call-refused", link, status=486)
    bob.finish()


@check(UDP4)
def decline_of_one_ends_the_ringing_of_all(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    phones = [answering(stage, "ring", server, link, "bob"),
              answering(stage, "refuse", server, link, "bob", status=603, reason="Decline")]
    calling(stage, server, "call-refused", link, status=603)
    for phone in phones:
        phone.finish()


@check(*LINKS)
def no_answer(stage, link):
    server = Server(stage, settings={"ring_time": 1}, configuration=FOR_SIPP)
    bob = answering(stage, "ring", server, link, "bob")
    calling(stage, server, "call-refused", link, status=408)
    bob.finish()


@check(*LINKS)
def caller_cancels(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    bob = answering(stage, "ring", server, link, "bob")
    calling(stage, server, "call-cancelled", link)
    bob.finish()


@check(("nobody", 404), ("carol", 480))
def nobody_is_there(stage, callee, status):
    """404 for a name that there isn't; 480 for a user whose last binding was removed."""
    server = Server(stage, configuration=FOR_SIPP)
    if callee == "carol":
        options = ["--server", server.uri(UDP4), "--password", password_of("carol")]
        server.command("ua", "register", "sip:carol@localhost", *options)
        server.command("ua", "register", "sip:carol@localhost", "--unregister", *options)
    alice = Sipp(stage, "call-refused", server, user="alice", password=password_of("alice"), callee=callee,
                 status=status)
    alice.finish()
    expect(not alice.messages("SIP/2.0 180"), "somebody rang")
