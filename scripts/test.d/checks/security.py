"""What strangers try: to be relayed, to be somebody else, to lead calls astray. A third party sees nothing of it."""

import re

from line import register
from server import Server, password_of
from sip import Phone, answer_to, credentials_for
from stage import TCP4, UDP4, check, expect

LINKS = [UDP4, TCP4]


class Scene:
    """A server, a stranger who sends to it, and a third party whom the stranger wants to reach through it."""

    def __init__(self, stage, link):
        self.server = Server(stage)
        self.stranger = Phone(link, self.server)
        self.victim = Phone(UDP4, self.server)
        self.victim_uri = f"sip:victim@{self.victim.address}"
        self.own_route = f"<sip:127.0.0.1:{self.server.port};lr>"

    def expect_refused(self, text, *statuses):
        """Sends a request; it is answered with one of these, and nothing reaches the victim."""
        response = self.stranger.exchange(text)
        expect(response is not None, f"no answer to\n{text}")
        expect(response.status in statuses, f"{response.start_line} instead of {statuses} to\n{text}")
        self.expect_silence(text)

    def expect_silence(self, text=""):
        """Whatever was sent, nothing has reached the victim. The server is asked something after it, so that it has
        dealt with that."""
        expect(self.server.is_answering(), "the server does not answer")
        message = self.victim.receive(0.1)
        expect(message is None, f"relayed to a third party: {message and message.start_line}, for\n{text}")


@check(*LINKS)
def forged_to_tag_is_not_relayed(stage, link):
    scene = Scene(stage, link)
    routes = [scene.own_route,
              f"<sip:127.0.0.1:{scene.server.port};lr;mw=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA>",
              f"<sip:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@127.0.0.1:{scene.server.port};lr>"]
    for method in ("BYE", "INVITE", "INFO"):
        for route in routes:
            scene.expect_refused(scene.stranger.build(
                method, scene.victim_uri, to="<sip:victim@example.org>;tag=forged", headers=[f"Route: {route}"]),
                403, 407, 481)
        scene.expect_refused(scene.stranger.build(
            method, "sip:bob@localhost", to="<sip:bob@localhost>;tag=forged", headers=[f"Route: {routes[0]}"]),
            403, 407, 481)


@check(*LINKS)
def preloaded_route_is_refused(stage, link):
    scene = Scene(stage, link)
    for route in (f"<{scene.victim_uri};lr>", f"{scene.own_route}, <{scene.victim_uri};lr>", f"<{scene.victim_uri}>"):
        scene.expect_refused(
            scene.stranger.build("INVITE", "sip:bob@localhost", headers=[f"Route: {route}"]), 403)


@check(*LINKS)
def from_of_another_user_is_refused(stage, link):
    scene = Scene(stage, link)
    response = scene.stranger.request_with_password(
        "INVITE", "sip:carol@localhost", "alice", password_of("alice"), from_="sip:bob@localhost")
    expect(response.status == 403, f"got {response.start_line}")


@check(*LINKS)
def from_of_a_local_user_needs_a_password(stage, link):
    scene = Scene(stage, link)
    for method in ("INVITE", "MESSAGE", "OPTIONS"):
        scene.expect_refused(
            scene.stranger.build(method, "sip:bob@localhost", from_="sip:alice@localhost"), 407)


def expect_contact_refused(scene, contact):
    response = scene.stranger.request_with_password(
        "REGISTER", "sip:localhost", "alice", password_of("alice"), to="sip:alice@localhost", contact=contact)
    expect(response.status == 403, f"REGISTER with {contact} got {response.start_line}")


@check(*LINKS)
def contact_at_the_server_is_refused(stage, link):
    scene = Scene(stage, link)
    expect_contact_refused(scene, f"<sip:bob@127.0.0.1:{scene.server.port}>")
    expect_contact_refused(scene, f"<sip:bob@[::1]:{scene.server.port};transport=tcp>")


@check()
def contact_in_a_local_domain_is_refused(stage):
    """It would lead back here, to somebody else or in a circle."""
    scene = Scene(stage, UDP4)
    expect_contact_refused(scene, "<sip:bob@localhost>")
    expect_contact_refused(scene, "<sip:alice@localhost>")


@check(*LINKS)
def no_open_relay(stage, link):
    scene = Scene(stage, link)
    for method in ("INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE"):
        scene.expect_refused(scene.stranger.build(method, scene.victim_uri), 407)
        scene.expect_refused(
            scene.stranger.build(method, scene.victim_uri, headers=[f"Route: {scene.own_route}"]), 403, 407)
    scene.expect_refused(scene.stranger.build("INVITE", "sip:somebody@example.net"), 407)
    scene.expect_refused(scene.stranger.build("BYE", scene.victim_uri), 407, 481)
    for method in ("ACK", "CANCEL"):
        text = scene.stranger.build(method, scene.victim_uri, to=f"<{scene.victim_uri}>;tag=forged")
        scene.stranger.send(text)
        scene.expect_silence(text)


@check(*LINKS)
def user_may_call_elsewhere(stage, link):
    """What the checks above find forbidden goes through with a password, so that their silence proves something."""
    scene = Scene(stage, link)
    call = dict(from_="sip:alice@localhost", call_id="elsewhere")
    challenge = scene.stranger.request("INVITE", scene.victim_uri, **call)
    expect(challenge.status == 407, f"got {challenge.start_line}")
    credentials = credentials_for(challenge, "INVITE", scene.victim_uri, "alice", password_of("alice"))
    scene.stranger.send(scene.stranger.build("INVITE", scene.victim_uri, cseq=2, headers=[credentials], **call))
    message = scene.victim.receive()
    expect(message is not None and message.method == "INVITE", "the INVITE did not arrive")
    expect(not message.all("Proxy-Authorization"), "the credentials were passed on")
    scene.victim.send(answer_to(message, 486, "Busy Here"))
    response = scene.stranger.final()
    expect(response is not None and response.status == 486, "486 did not come back")


@check()
def token_of_another_call_is_worthless(stage):
    """A Record-Route that somebody saw in a call of theirs does not open the way into another."""
    scene = Scene(stage, UDP4)
    with Phone(UDP4, scene.server) as bob:
        register(bob, "bob", bob.contact("bob"))
        scene.stranger.send(scene.stranger.build("INVITE", "sip:bob@localhost", call_id="seen"))
        invite = bob.receive()
        expect(invite is not None and invite.method == "INVITE", "the INVITE did not reach bob")
        route = invite.header("Record-Route")
        expect(route is not None, "the INVITE has no Record-Route")
        bob.send(answer_to(invite, 486, "Busy Here"))
    for call_id in ("another", "seen-too"):
        scene.expect_refused(scene.stranger.build(
            "BYE", scene.victim_uri, to="<sip:victim@example.org>;tag=forged", headers=[f"Route: {route}"],
            call_id=call_id), 403, 407, 481)
    altered = re.sub(r"[A-Za-z](?=[A-Za-z0-9_-]{6})", lambda m: "Z" if m.group() != "Z" else "Y", route, count=40)
    scene.expect_refused(scene.stranger.build(
        "BYE", scene.victim_uri, to="<sip:victim@example.org>;tag=forged", headers=[f"Route: {altered}"],
        call_id="seen"), 403, 407, 481)


@check()
def responses_of_strangers_are_dropped(stage):
    scene = Scene(stage, UDP4)
    via = f"SIP/2.0/UDP 127.0.0.1:{scene.server.port};branch=z9hG4bKforged"
    for status in ("180 Ringing", "200 OK", "486 Busy Here"):
        text = (f"SIP/2.0 {status}\r\nVia: {via}\r\nVia: SIP/2.0/UDP {scene.victim.address};branch=z9hG4bKvictim\r\n"
                "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
                "Content-Length: 0\r\n\r\n")
        scene.stranger.send(text)
        scene.expect_silence(text)
    expect(scene.stranger.receive(0.1) is None, "a response was answered")
