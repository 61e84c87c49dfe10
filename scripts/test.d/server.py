"""A server with a configuration of its own."""

import json

from sip import Phone
from stage import HERE, TCP4, TCP6, UDP4, UDP6, expect, free_port

SHIPPED = HERE.parent.parent / "Config" / "moonwire.yaml"
POLICY = SHIPPED.parent / "policy.lua"
USERS = ("alice", "bob", "carol")
# All the Digest that sipp has.
FOR_SIPP = {"auth": {"algorithms": ["MD5"]}}


def password_of(user):
    return f"secret-of-{user}"


class Server:
    """`moonwire run` with Config/policy.lua on free ports, and three users."""

    def __init__(self, stage, users=USERS, settings=None, configuration=None):
        self.stage = stage
        self.port = free_port()
        values = {
            "listen": [f"{link.transport}:{link.bracketed}:{self.port}" for link in (UDP4, TCP4, UDP6, TCP6)],
            "users_file": str(stage.folder / f"users-{self.port}"),
            "keys_file": str(stage.folder / f"keys-{self.port}"),
        }
        if configuration == "shipped":
            self.arguments = ["--config", SHIPPED]
            for key, value in values.items():
                self.arguments += ["--set", f"{key}={','.join(value) if isinstance(value, list) else value}"]
        else:
            values |= {"domains": ["localhost"], "policy": {"file": str(POLICY), "settings": settings or {}}}
            values |= configuration or {}
            file = stage.folder / f"moonwire-{self.port}.yaml"
            file.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items()))  # JSON is YAML
            self.arguments = ["--config", file]
        for user in users:
            self.add_user(user)
        self.process = stage.start("moonwire", [stage.moonwire, "run", *self.arguments, "--log-level", "debug"])
        stage.servers.append(self)
        self.process.wait_for_output("Stop: Ctrl-C", seconds=10)
        self.pid = self.process.pid

    def add_user(self, user):
        self.command("user", "add", f"{user}@localhost", "--password", password_of(user), *self.arguments)

    def command(self, *arguments):
        """Runs another command of the program; it has to succeed."""
        status, output = self.stage.run("-".join(arguments[:2]), [self.stage.moonwire, *arguments])
        expect(status == 0, f"moonwire {' '.join(str(a) for a in arguments)} ended with {status}")
        return output

    def address(self, link):
        return f"{link.bracketed}:{self.port}"

    def uri(self, link):
        return f"sip:{self.address(link)};transport={link.transport}"

    def has_binding(self, user):
        """Whether a user is registered."""
        with Phone(UDP4, self) as phone:
            response = phone.request_with_password(
                "REGISTER", "sip:localhost", user, password_of(user), to=f"sip:{user}@localhost")
        return response.header("Contact") is not None

    def is_answering(self, link=UDP4):
        """Whether OPTIONS to the server itself gets 200."""
        with Phone(link, self) as phone:
            response = phone.request("OPTIONS", self.uri(link), attempts=4)
        return response is not None and response.status == 200

    def check_alive(self):
        """The process is the same, and answers on every listener."""
        for link in (UDP4, TCP4, UDP6, TCP6):
            expect(self.process.is_running, f"the server ended with {self.process.child.returncode}")
            expect(self.is_answering(link), f"the server does not answer OPTIONS over {link}")
