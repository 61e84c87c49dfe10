"""Registration with Digest (RFC 3261 §10 and §22)."""

from line import register
from server import FOR_SIPP, Server, password_of
from sip import Listener, Phone, answer_to, credentials_for
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


# MARK: Where calls go


def arrives(server, listener, seconds=2):
    """Whether a MESSAGE of a stranger to bob comes to this socket; it is answered there."""
    with Phone(UDP4, server) as stranger:
        stranger.send(stranger.build("MESSAGE", "sip:bob@localhost", body="hello"))
        request = listener.receive(seconds)
        if request:
            listener.send(answer_to(request, 200, "OK"))
            expect(stranger.final() is not None, "the answer did not come back")
    return request is not None


@check()
def contact_at_another_address_is_called_there(stage):
    """A binding may be made from elsewhere (RFC 3261 §10.2): only behind NAT is the source the better address."""
    server = Server(stage)
    with Phone(UDP4, server) as phone, Phone(UDP4, server) as elsewhere:
        register(phone, "bob", elsewhere.contact("bob"))
        expect(arrives(server, elsewhere), "the request went elsewhere")


@check(UDP4)
def contact_over_tcp_is_called_over_tcp(stage, link):
    """Whichever way a phone registered, its Contact says how it wants to be called."""
    server = Server(stage)
    with Listener(TCP4) as bob:
        with Phone(link, server) as phone:
            register(phone, "bob", f"<sip:bob@127.0.0.1:{bob.port};transport=tcp>")
        expect(arrives(server, bob), "no connection came")


@check()
def source_is_called_when_the_contact_is_behind_nat(stage):
    server = Server(stage)
    with Phone(UDP4, server) as bob:
        register(bob, "bob", "<sip:bob@192.0.2.7:5060>", sent_by="192.0.2.7:5060")
        expect(arrives(server, bob), "the request did not come to the source")


@check(UDP4, TCP4)
def star_removes_all_bindings(stage, link):
    server = Server(stage)
    with Phone(link, server) as phone:
        for number in (1, 2):
            register(phone, "bob", f"<sip:bob@192.0.2.7:{5060 + number}>")
        expect(server.has_binding("bob"), "nothing is bound")
        register(phone, "bob", "*", expires=0)
    expect(not server.has_binding("bob"), "something is still bound")


@check("tcp", "udp")
def large_request_goes_over_tcp_when_it_can(stage, taken):
    """RFC 3261 §18.1.1: above 1300 bytes, when the Contact names no transport; else over UDP."""
    server = Server(stage)
    with Listener(TCP4) as tcp, Phone(UDP4, server, tcp.port) as udp, Phone(UDP4, server) as stranger:
        if taken == "udp":
            tcp.close()
        register(udp, "bob", f"<sip:bob@{udp.address}>")
        bob = tcp if taken == "tcp" else udp
        stranger.send(stranger.build("MESSAGE", "sip:bob@localhost", body="x" * 1500))
        request = bob.receive(2)
        expect(request is not None, f"the request did not come over {taken}")
        bob.send(answer_to(request, 200, "OK"))
        response = stranger.final()
        expect(response is not None and response.status == 200, "the answer did not come back")
