"""One measurement: sipload against a running server, with the server's CPU time and memory."""

import json
import subprocess
import time

import accounting


class Generator:
    """sipload, held at its starting line until `release`."""

    def __init__(self, setup, item, transport, *arguments):
        self.process = subprocess.Popen(
            [setup.sipload, item, "--sync", "--server", f"127.0.0.1:{setup.port}", "--transport", transport,
             "--caller-port", str(setup.caller_port), "--callee-port", str(setup.callee_port), *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError("sipload did not get ready: " + self.process.communicate()[0][:2000])

    def release(self):
        """Runs to the end and returns the counts."""
        output, _ = self.process.communicate("\n")
        if self.process.returncode != 0:
            raise RuntimeError("sipload failed: " + output[:2000])
        return json.loads(output)


def users_of(item):
    """A fork needs three bindings a user; a thousand users are enough to keep calls apart."""
    return 1000 if item == "fork" else 20000


def register_all(setup, transport, item):
    """Registers what `item` needs, once a server, unmeasured."""
    if item not in ("located", "fork"):
        return
    contacts = 3 if item == "fork" else 1
    result = Generator(setup, "register", transport, "--users", users_of(item), "--count", users_of(item),
                       "--contacts", contacts, "--seconds", 120).release()
    if result["failed"]:
        raise RuntimeError(f"{result['failed']} registrations failed: {result['failures']}")


def idle_share(server, seconds=2.0):
    """CPU seconds a second that the server uses with nothing to do."""
    before = server.cpu_seconds()
    time.sleep(seconds)
    return (server.cpu_seconds() - before) / seconds


def _busy_seconds():
    """CPU seconds of the whole machine so far, all but idle and waiting."""
    with open("/proc/stat") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / accounting.TICK


def measure(setup, server, item, transport, mode, seconds, idle, linger, more=()):
    """Runs one mode (a rate, or "saturated") and returns the counts of sipload with the server's figures.

    The work of a transaction ends when it is forgotten: so the CPU of the `linger` seconds after the load counts too,
    less what an idle server uses.
    """
    pace = ("--window", setup.window) if mode == "saturated" else ("--rate", mode)
    generator = Generator(setup, item, transport, "--users", users_of(item), "--seconds", seconds, "--no-setup", *pace,
                          *more)
    with accounting.PeakMemory(server.pids) as memory:
        before, busy, began = server.cpu_seconds(), _busy_seconds(), time.monotonic()
        result = generator.release()
        after, busy = server.cpu_seconds(), _busy_seconds() - busy
        elapsed = time.monotonic() - began
    tail = 0.0
    if linger > 0:
        time.sleep(linger)
        tail = max(0.0, server.cpu_seconds() - after - idle * linger)
    units = max(1, result["completed"])
    result["server_cpu_us"] = (after - before + tail) * 1e6 / units
    result["server_cpu_us_tail"] = tail * 1e6 / units
    result["peak_pss"] = memory.peak
    own = after - before + result["generator_cpu_us_per_unit"] * result["started"] / 1e6
    # Cores kept busy by processes that have nothing to do with the benchmark.
    result["others_share"] = max(0.0, busy - own) / elapsed
    return result


def is_clean(result):
    """Fewer than one in a thousand failed, was repeated or was not even started."""
    bad = (result["failed"] + result["not_started"] + result["requests_repeated"] + result["finals_repeated"]
           + result["acks_repeated"] + result["requests_received_again"] + result["responses_received_again"])
    return bad < 0.001 * result["started"]


def highest_rate(setup, server, item, transport, start):
    """The highest clean rate, by bisection between nothing and half as much again as the saturated rate."""
    low, high = 0.0, start * 1.5
    for _ in range(6):
        rate = start * 0.75 if low == 0 and high == start * 1.5 else (low + high) / 2
        generator = Generator(setup, item, transport, "--users", users_of(item), "--seconds", 2.5, "--no-setup",
                              "--rate", round(rate), "--limit", 5)
        result = generator.release()
        # A generator that could not keep the pace says nothing about the server.
        if is_clean(result) and result["late_us"] < 250_000:
            low = rate
        else:
            high = rate
        time.sleep(min(server.linger, 1.0))
    return low


def bytes_per_contact(setup, server, transport="udp"):
    """Memory that each of the users 50,000 to 99,999 takes with one contact.

    The first half is not counted: it fills what the server has freed since its start, which Kamailio's pool keeps.
    """
    def register(users):
        result = Generator(setup, "register", transport, "--users", users, "--count", users, "--seconds", 300).release()
        if result["failed"]:
            raise RuntimeError(f"{result['failed']} registrations failed: {result['failures']}")
        time.sleep(2)
        return server.pss_bytes()
    first = register(50_000)
    return (register(100_000) - first) / 50_000
