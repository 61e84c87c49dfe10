"""Registration with Digest (RFC 3261 §10 and §22)."""

from server import FOR_SIPP, Server, password_of
from sip import Phone, credentials_for
from sipp import Sipp
from stage import TCP4, TCP6, UDP4, UDP6, check, expect


@check(UDP4, TCP4, UDP6, TCP6)
def sipp_registers(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    sipp = Sipp(stage, "register", server, link, user="alice", password=password_of("alice"), aor="alice", status=200)
    sipp.finish()
    accepted = sipp.messages("SIP/2.0 200")[0]
    expect(f"Contact: <sip:alice@{link.bracketed}:{sipp.port}" in accepted, "200 does not list the binding")
    expect(";expires=300" in accepted and "\nDate: " in accepted, "200 without expires or Date")


@check(UDP4, TCP4)
def wrong_password_is_challenged_again(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    Sipp(stage, "register", server, link, user="alice", password="wrong", aor="alice", status=401).finish()


@check(UDP4, TCP4)
def address_of_somebody_else_is_refused(stage, link):
    server = Server(stage, configuration=FOR_SIPP)
    Sipp(stage, "register", server, link, user="alice", password=password_of("alice"), aor="bob", status=403).finish()


@check()
def unknown_user_is_challenged_again(stage):
    server = Server(stage, configuration=FOR_SIPP)
    Sipp(stage, "register", server, user="mallory", password="x", aor="mallory", status=401).finish()


@check()
def strongest_algorithm_is_offered_first(stage):
    with Phone(UDP4, Server(stage)) as phone:
        response = phone.request("REGISTER", "sip:localhost", from_="sip:alice@localhost", to="sip:alice@localhost",
                                 contact=phone.contact("alice"))
    challenges = response.all("WWW-Authenticate")
    expect(response.status == 401, f"got {response.start_line}")
    expect(len(challenges) == 2 and "SHA-256" in challenges[0] and "MD5" in challenges[1], f"offers {challenges}")


@check()
def credentials_cannot_be_used_twice(stage):
    server = Server(stage)
    with Phone(UDP4, server) as phone:
        said = dict(from_="sip:alice@localhost", to="sip:alice@localhost", contact=phone.contact("alice"))
        challenge = phone.request("REGISTER", "sip:localhost", **said)
        credentials = credentials_for(challenge, "REGISTER", "sip:localhost", "alice", password_of("alice"))
        first = phone.request("REGISTER", "sip:localhost", headers=[credentials], cseq=2, **said)
        again = phone.request("REGISTER", "sip:localhost", headers=[credentials], cseq=3, **said)
    expect(first.status == 200, f"the first use got {first.start_line}")
    expect(again.status == 401, f"the second use got {again.start_line}")


@check()
def too_brief_is_refused_with_the_least(stage):
    with Phone(UDP4, Server(stage)) as phone:
        response = phone.request_with_password(
            "REGISTER", "sip:localhost", "alice", password_of("alice"), to="sip:alice@localhost",
            contact=phone.contact("alice"), headers=["Expires: 10"])
    expect(response.status == 423 and response.header("Min-Expires") == "60", f"got {response.text}")
