"""The tools of a terminal: `moonwire ua` against itself, and sipsak."""

from server import FOR_SIPP, Server, password_of
from stage import TCP4, TCP6, UDP4, UDP6, check, expect

LINKS = [UDP4, TCP4, UDP6, TCP6]


class Terminal:
    """Runs `moonwire ua` with one server."""

    def __init__(self, stage, link, **options):
        self.stage = stage
        self.link = link
        self.server = Server(stage, **options)

    def arguments(self, command, *arguments, user=None, password=None):
        own = ["--password", password or password_of(user)] if user else []
        return [self.stage.moonwire, "ua", command, *arguments, *own, "--server", self.server.uri(self.link)]

    def expect(self, status, command, *arguments, **options):
        """Runs a command that has to end with this status; gives its output."""
        got, output = self.stage.run(f"ua-{command}", self.arguments(command, *arguments, **options), seconds=20)
        expect(got == status, f"ua {command} ended with {got} instead of {status}")
        return output

    def answering(self, user, *arguments):
        """`ua answer` that is registered."""
        process = self.stage.start(f"ua-answer-{user}", self.arguments(
            "answer", f"sip:{user}@localhost", *arguments, user=user))
        process.wait_for_output("registered sip:")
        return process


@check(*LINKS)
def ua_calls_ua(stage, link):
    terminal = Terminal(stage, link)
    bob = terminal.answering("bob", "--once")
    terminal.expect(0, "call", "sip:bob@localhost", "--as", "alice@localhost", "--register", "--for", "0.2",
                    user="alice")
    status = bob.wait(10)
    expect(status == 0, f"ua answer ended with {status}")
    expect("call ended by the other side" in bob.output, "ua answer did not see BYE")


@check(UDP4, TCP4)
def ua_answer_hangs_up(stage, link):
    terminal = Terminal(stage, link)
    bob = terminal.answering("bob", "--once", "--for", "0.2")
    output = terminal.expect(0, "call", "sip:bob@localhost", "--as", "alice@localhost", user="alice")
    expect("call ended by the other side" in output, "ua call did not see BYE")
    expect(bob.wait(10) == 0, "ua answer failed")


@check(UDP4, TCP4)
def exit_codes_of_ua(stage, link):
    terminal = Terminal(stage, link)
    bob = "sip:bob@localhost"
    terminal.answering("bob", "--status", "486")
    alice = ("--as", "alice@localhost")
    terminal.expect(3, "call", bob, *alice, user="alice")
    terminal.expect(3, "call", "sip:nobody@localhost", *alice, user="alice")
    terminal.expect(5, "call", bob, *alice, user="alice", password="wrong")
    terminal.expect(5, "register", "sip:carol@localhost", user="carol", password="wrong")
    terminal.expect(64, "call", bob, "--for", "-1")
    silent = [stage.moonwire, "ua", "options", "sip:localhost", "--server", "sip:127.0.0.1:9;transport=tcp"]
    status, _ = stage.run("ua-options", silent)
    expect(status == 6, f"ua options to a closed port ended with {status} instead of 6")


@check(UDP4, TCP4)
def ua_cancels_and_gives_up(stage, link):
    terminal = Terminal(stage, link)
    bob = terminal.answering("bob", "--ring", "20")
    alice = ("--as", "alice@localhost")
    terminal.expect(0, "call", "sip:bob@localhost", *alice, "--cancel-after", "0.3", user="alice")
    terminal.expect(4, "call", "sip:bob@localhost", *alice, "--timeout", "0.5", user="alice")
    expect(bob.output.count("← CANCEL") == 2, "ua answer did not see CANCEL twice")


@check(*LINKS)
def ua_requests(stage, link):
    terminal = Terminal(stage, link)
    bob = terminal.answering("bob")
    terminal.expect(0, "options", "sip:localhost")
    terminal.expect(0, "options", "sip:bob@localhost", "--as", "alice@localhost", user="alice")
    terminal.expect(0, "message", "sip:bob@localhost", "hello, bob", "--as", "alice@localhost", user="alice")
    bob.wait_for_output("hello, bob")
    output = terminal.expect(0, "register", "sip:bob@localhost", "--query", user="bob")
    expect(f"binding <sip:bob@{link.bracketed}" in output or f"binding sip:bob@{link.bracketed}" in output,
           "the query does not list the binding")


@check()
def answer_unregisters_when_it_is_interrupted(stage):
    terminal = Terminal(stage, UDP4)
    bob = terminal.answering("bob")
    bob.stop()
    expect(bob.child.returncode == 0, f"ua answer ended with {bob.child.returncode}")
    expect("no bindings" in terminal.expect(0, "register", "sip:bob@localhost", "--query", user="bob"),
           "the binding is still there")


def sipsak(stage, server, *arguments):
    # The port stands in -p, since sipsak cuts one of five digits in the URI.
    return stage.run("sipsak", ["sipsak", "-vv", "-p", f"127.0.0.1:{server.port}", *arguments], seconds=20)


@check("udp", "tcp")
def sipsak_finds_alice(stage, transport):
    terminal = Terminal(stage, UDP4)
    terminal.answering("alice")
    status, output = sipsak(stage, terminal.server, "-E", transport, "-s", "sip:alice@localhost")
    expect(status == 0, f"sipsak ended with {status}")
    expect("200 OK" in output, "sipsak saw no 200")


@check()
def sipsak_does_not_find_nobody(stage):
    server = Server(stage)
    status, output = sipsak(stage, server, "-s", "sip:nobody@localhost")
    expect(status != 0 and " 404 " in output, f"sipsak ended with {status}, without 404")


@check("udp", "tcp")
def sipsak_asks_the_server(stage, transport):
    server = Server(stage)
    status, output = sipsak(stage, server, "-E", transport, "-s", "sip:localhost")
    expect(status == 0 and "200 OK" in output, f"sipsak ended with {status}")


@check()
def sipsak_registers(stage):
    server = Server(stage, configuration=FOR_SIPP)  # MD5 is all that sipsak has, too
    status, _ = sipsak(stage, server, "-U", "-x", "120", "-C", "sip:alice@127.0.0.1:9", "-u", "alice",
                       "-a", password_of("alice"), "-s", "sip:alice@localhost")
    expect(status == 0, f"sipsak ended with {status}")
