"""A little load, so that what breaks with many calls at once breaks here."""

from line import answering
from server import Server
from sipp import Sipp
from stage import TCP4, UDP4, check

CALLS_PER_SECOND, SECONDS = 200, 5


@check((UDP4, UDP4), (TCP4, UDP4))
def many_calls(stage, caller_link, callee_link):
    server = Server(stage)
    calls = CALLS_PER_SECOND * SECONDS
    bob = answering(stage, "answer", server, callee_link, "bob", calls=calls)
    caller = Sipp(stage, "call-plain", server, caller_link, calls=calls, user="caller", domain="example.org",
                  callee="bob", options=["-r", CALLS_PER_SECOND])
    caller.finish(seconds=40)
    bob.finish(seconds=40)
    server.check_alive()
