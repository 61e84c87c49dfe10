"""What a check runs on: a folder, ports, processes that are stopped in the end, and the list of checks."""

import contextlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent


class CheckFailure(Exception):
    """Something is not as it should be."""


def expect(condition, problem):
    """Fails the check with this text unless the condition holds."""
    if not condition:
        raise CheckFailure(problem)


def wait_for(condition, seconds, what):
    """Polls until the condition gives something true, which is returned."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise CheckFailure(f"not within {seconds} s: {what}")


class Link(NamedTuple):
    """A transport and an IP version."""

    transport: str
    version: int

    @property
    def host(self):
        return "127.0.0.1" if self.version == 4 else "::1"

    @property
    def family(self):
        return socket.AF_INET if self.version == 4 else socket.AF_INET6

    @property
    def bracketed(self):
        return self.host if self.version == 4 else f"[{self.host}]"

    def __str__(self):
        return f"{self.transport} IPv{self.version}"


UDP4, TCP4, UDP6, TCP6 = Link("udp", 4), Link("tcp", 4), Link("udp", 6), Link("tcp", 6)


# MARK: The list of checks


class Check(NamedTuple):
    name: str
    function: object
    arguments: tuple


CHECKS = []


def check(*variants):
    """Registers a check; with variants, once for each, which are its arguments (a tuple) after the stage."""

    def register(function):
        for variant in variants or [()]:
            arguments = variant if isinstance(variant, tuple) and not isinstance(variant, Link) else (variant,)
            suffix = f" ({', '.join(str(a) for a in arguments)})" if arguments else ""
            CHECKS.append(Check(function.__name__.replace("_", " ") + suffix, function, arguments))
        return function

    return register


# MARK: Ports

# Below the ports that the system gives to sockets without one, so that nobody else gets them in the meantime.
PORTS = range(20000, 32000)
taken = set()


def free_port():
    """A port that is free for UDP and TCP, IPv4 and IPv6."""
    for _ in range(1000):
        port = random.choice(PORTS)
        if port not in taken and all(is_free(link, port) for link in (UDP4, TCP4, UDP6, TCP6)):
            taken.add(port)
            return port
    raise CheckFailure("no free port")


def is_free(link, port):
    kind = socket.SOCK_DGRAM if link.transport == "udp" else socket.SOCK_STREAM
    with contextlib.closing(socket.socket(link.family, kind)) as probe:
        try:
            probe.bind((link.host, port))
        except OSError:
            return False
    return True


def is_bound(link, port):
    """Whether some process listens here; a look into the system's table disturbs nobody."""
    listening = "0A" if link.transport == "tcp" else "07"
    name = f"/proc/net/{link.transport}{'6' if link.version == 6 else ''}"
    for line in pathlib.Path(name).read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port and fields[3] == listening:
            return True
    return False


# MARK: Processes


class Process:
    """A program that runs, with what it writes in a file."""

    def __init__(self, name, arguments, folder, environment=None):
        self.name = name
        self.path = folder / f"{name}.out"
        with open(self.path, "wb") as output:
            self.child = subprocess.Popen(
                [str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=folder, env={**os.environ, "TERM": "dumb", **(environment or {})})

    @property
    def pid(self):
        return self.child.pid

    @property
    def output(self):
        return self.path.read_text(errors="replace")

    @property
    def is_running(self):
        return self.child.poll() is None

    def wait(self, seconds):
        """The exit status."""
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise CheckFailure(f"{self.name} did not end within {seconds} s") from None

    def wait_for_output(self, text, seconds=5):
        def seen():
            expect(self.is_running or text in self.output, f"{self.name} ended before it said '{text}'")
            return text in self.output

        wait_for(seen, seconds, f"{self.name} says '{text}'")

    def stop(self):
        if self.is_running:
            self.child.terminate()
            try:
                self.child.wait(4)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Stage:
    """The folder and the processes of one check."""

    def __init__(self, moonwire):
        self.moonwire = moonwire
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="moonwire-test-"))
        self.processes = []
        self.servers = []
        self.extra_outputs = []

    def start(self, name, arguments, environment=None):
        """Starts a program; it is stopped when the check is over."""
        name = f"{len(self.processes):02}-{name}"
        process = Process(name, arguments, self.folder, environment)
        self.processes.append(process)
        return process

    def run(self, name, arguments, seconds=10, environment=None):
        """Runs a program to its end; gives its exit status and output."""
        process = self.start(name, arguments, environment)
        return process.wait(seconds), process.output

    def check_servers(self):
        """A server that has ended although nobody stopped it is a failure of any check."""
        for server in self.servers:
            expect(server.process.is_running, f"the server ended with {server.process.child.returncode}")

    def stop_all(self):
        for process in reversed(self.processes):
            process.stop()

    def outputs(self):
        """All that the processes wrote, for the report of a failure."""
        parts = []
        for path in [p.path for p in self.processes] + [p for p in self.extra_outputs if p.exists()]:
            # Of a sipp the screen that counts messages is enough.
            text = path.read_text(errors="replace").split("- Statistics Screen -")[0].strip(" -\n")
            if text:
                parts.append(f"  --- {path.name}\n{text[-12000:]}")
        return "\n".join(parts)

    def remove(self, keep):
        if keep:
            print(f"  kept in {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
