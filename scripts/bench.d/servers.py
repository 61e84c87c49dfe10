"""The servers under test: how each is configured, started and stopped."""

import hashlib
import os
import signal
import socket
import subprocess
import time

import accounting

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = "bench.test"
#: which configuration does the work of an item
WORK = {"options": "options", "stateless": "stateless", "stateful": "stateful", "located": "located",
        "register": "located", "fork": "located", "redirect": "redirect"}


def write_users(directory, count):
    """The users u000000 … with password p000000 …: as Kamailio's text table, and as Moonwire's users file."""
    os.makedirs(directory, exist_ok=True)
    lines = []
    for number in range(count):
        user = f"u{number:06d}"
        lines.append((user, hashlib.md5(f"{user}:{DOMAIN}:p{number:06d}".encode()).hexdigest()))
    with open(os.path.join(directory, "users"), "w") as table:
        table.write("id(int,auto) key_name(string) key_type(int) value_type(int) key_value(string) expires(int)\n")
        for number, (user, ha1) in enumerate(lines):
            table.write(f"{number + 1}:{user}:0:0:{ha1}:0\n")
    private = os.open(os.path.join(directory, "users.digest"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(private, "w") as table:
        for user, ha1 in lines:
            table.write(f"{user}@{DOMAIN}:{ha1}:-\n")


class Server:
    """One running server. `linger` is how many seconds it keeps a finished transaction, whose end is counted too."""

    name = ""
    linger = 0.0

    def __init__(self, setup, item, children):
        self.setup, self.item, self.children = setup, item, children
        self.process = None
        self.pids = []

    def command(self):
        raise NotImplementedError

    def start(self):
        log = open(os.path.join(self.setup.work, f"{self.name}.log"), "w")
        self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                        cwd=self.setup.work, start_new_session=True)
        log.close()
        try:
            self._await_answer()
        except RuntimeError:
            self.stop()
            raise
        time.sleep(0.5)
        self.pids = accounting.descendants(self.process.pid)
        return self

    def _await_answer(self):
        """Asks with OPTIONS until any response comes."""
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(0.25)
        port, own = self.setup.port, probe.getsockname()[1]
        for attempt in range(240):
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended at start; see {self.setup.work}/{self.name}.log")
            text = (f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};rport;"
                    f"branch=z9hG4bKprobe{attempt}\r\nMax-Forwards: 70\r\nFrom: <sip:probe@load.invalid>;tag=p\r\n"
                    f"To: <sip:127.0.0.1:{port}>\r\nCall-ID: probe{own}-{attempt}\r\nCSeq: 1 OPTIONS\r\n"
                    f"Contact: <sip:probe@127.0.0.1:{own}>\r\nContent-Length: 0\r\n\r\n")
            try:
                probe.sendto(text.encode(), ("127.0.0.1", port))
                probe.recv(4096)
                return
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                time.sleep(0.25)
        raise RuntimeError(f"{self.name} does not answer")

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            # The session is the server's own, so the group is exactly its processes.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        time.sleep(0.3)

    def cpu_seconds(self):
        return accounting.cpu_seconds(self.pids)

    def pss_bytes(self):
        return accounting.pss_bytes(self.pids)


class Kamailio(Server):
    name = "kamailio"
    linger = 6.0
    suffix = ".cfg"

    def command(self):
        configuration = os.path.join(HERE, "kamailio", WORK[self.item] + self.suffix)
        address = f"127.0.0.1:{self.setup.port}"
        return ["kamailio", "-f", configuration, "-DD", "-E", "-x", "tlsf", "-X", "tlsf", "-m", "4096", "-M", "32",
                "-b", "4194304",
                "-n", str(self.children), "-N", str(self.children), "-w", self.setup.work, "-Y", self.setup.work,
                "-l", f"udp:{address}", "-l", f"tcp:{address}",
                f"--substdef=!USERS_DIRECTORY!{self.setup.users}!g",
                f"--substdef=!SCRIPT_DIRECTORY!{os.path.join(HERE, 'kamailio')}!g"]


class KamailioLua(Kamailio):
    name = "kamailio-lua"
    suffix = ".kemi.cfg"


class Moonwire(Server):
    name = "moonwire"
    linger = 33.0

    def command(self):
        with open(os.path.join(HERE, "moonwire.yaml.in")) as template:
            text = template.read()
        values = {"PORT": self.setup.port, "POLICY": os.path.join(HERE, "moonwire", WORK[self.item] + ".lua"),
                  "USERS": os.path.join(self.setup.users, "users.digest"), "WORK": self.setup.work}
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        configuration = os.path.join(self.setup.work, "moonwire.yaml")
        with open(configuration, "w") as file:
            file.write(text)
        return [self.setup.moonwire, "run", "--config", configuration]


KINDS = {kind.name: kind for kind in (Kamailio, KamailioLua, Moonwire)}
