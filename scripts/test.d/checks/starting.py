"""What stops a start: where it is wrong, and what to do (exit code 78), or which port is busy."""

import os
import re
import signal
import socket
import stat

from server import POLICY, Server, password_of
from sip import Phone
from stage import TCP4, UDP4, check, expect, free_port, wait_for

EX_CONFIG = 78


def start_wrongly(stage, configuration, policy=None, command="run"):
    """Runs a server that can't start; gives its status and output."""
    (stage.folder / "wrong.yaml").write_text(configuration)
    if policy is not None:
        (stage.folder / "policy.lua").write_text(policy)
    return stage.run(command, [stage.moonwire, command, "--config", stage.folder / "wrong.yaml"])


@check("unknown key", "wrong value", "no yaml", "bad address", "no policy file")
def wrong_configuration(stage, what):
    port = free_port()
    text, place, word = {
        "unknown key": ("domains: [localhost]\nlistem: [x]\n", "wrong.yaml:2:", "listen"),
        "wrong value": ("domains: [localhost]\n\nregistrar:\n  min_expires: soon\n", "wrong.yaml:4:", "min_expires"),
        "no yaml": ("domains: [localhost\nlog:\n  level: info\n", "wrong.yaml:", ""),
        "bad address": (f"listen:\n  - udp:127.0.0.1:{port}\n  - udp:127.0.0.300:{port}\n", "wrong.yaml:3:", "300"),
        "no policy file": ("policy:\n  file: nowhere.lua\n", "wrong.yaml:2:", "nowhere.lua"),
    }[what]
    for command in ("run", "check-config"):
        status, output = start_wrongly(stage, text, policy="" if "nowhere" in text else POLICY.read_text(),
                                       command=command)
        expect(status == EX_CONFIG, f"{command} ended with {status}")
        expect(place in output and word in output, f"{command} says neither {place} nor {word}")


@check("syntax", "error at load", "unknown handler", "not a table")
def wrong_policy(stage, what):
    text, place = {
        "syntax": ("local sip = require 'sip'\n\nfunction request(\nend\n", "policy.lua:4:"),
        "error at load": ("local policy = {}\n\nerror 'no'\n", "policy.lua:3:"),
        "unknown handler": ("local policy = {}\nfunction policy.reqest(req) end\nreturn policy\n", "reqest"),
        "not a table": ("return 5\n", "policy.lua"),
    }[what]
    status, output = start_wrongly(stage, f"listen: ['udp:127.0.0.1:{free_port()}']\n", policy=text)
    expect(status == EX_CONFIG, f"run ended with {status}")
    expect(place in output, f"the output does not say {place}")


@check(UDP4, TCP4)
def busy_port_is_named(stage, link):
    kind = socket.SOCK_DGRAM if link.transport == "udp" else socket.SOCK_STREAM
    with socket.socket(link.family, kind) as holder:
        holder.bind((link.host, 0))
        if link.transport == "tcp":
            holder.listen()
        port = holder.getsockname()[1]
        status, output = start_wrongly(
            stage, f"listen: ['{link.transport}:127.0.0.1:{port}']\npolicy: {{file: {POLICY}}}\n")
    expect(status not in (0, EX_CONFIG), f"run ended with {status}")
    expect(re.search(rf"127\.0\.0\.1:{port}\b", output), "the output does not name the address")


@check()
def second_server_does_not_share_the_port(stage):
    server = Server(stage)
    status, output = stage.run("run", [stage.moonwire, "run", *server.arguments])
    expect(status != 0, "a second server runs on the same ports")
    expect(str(server.port) in output, "the output does not name the port")


@check()
def users_file_has_no_passwords(stage):
    server = Server(stage)
    users = stage.folder / f"users-{server.port}"
    for file in (users, stage.folder / f"keys-{server.port}"):
        mode = stat.S_IMODE(os.stat(file).st_mode)
        expect(mode == 0o600, f"{file.name} has mode {mode:o}")
    expect("secret-of" not in users.read_text(), "the password stands in the users file")
    status, _ = stage.run("user-add", [
        stage.moonwire, "user", "add", "alice@localhost", "--password", "x", *server.arguments])
    expect(status == 1, f"adding a user twice ended with {status}")
    listed = server.command("user", "list", *server.arguments)
    expect(listed.split() == ["alice@localhost", "bob@localhost", "carol@localhost"], f"listed {listed.split()}")


@check(signal.SIGTERM, signal.SIGINT)
def stops_in_good_order(stage, number):
    server = Server(stage)
    os.kill(server.pid, number)
    status = server.process.wait(5)
    stage.servers.remove(server)
    expect(status == 0, f"the server ended with {status}")
    expect("stopped" in server.process.output, "it does not say that it stopped")


@check()
def user_who_is_added_later_can_log_in(stage):
    server = Server(stage, users=("bob",))
    server.add_user("alice")

    def is_accepted():
        with Phone(UDP4, server) as phone:
            response = phone.request_with_password(
                "REGISTER", "sip:localhost", "alice", password_of("alice"), to="sip:alice@localhost")
        return response.status == 200

    wait_for(is_accepted, 4, "the server sees a new user")
