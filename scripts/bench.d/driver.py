#!/usr/bin/env python3
"""Runs the benchmark: the same work on each server, one after the other, and reports. Started by scripts/bench."""

import argparse
import os
import socket
import sys
import tempfile
import types

import crosscheck
import load
import report
import servers

#: all work that is measured, as (item, transport)
WORKS = [("options", "udp"), ("redirect", "udp"), ("register", "udp"), ("stateless", "udp"), ("stateful", "udp"),
         ("located", "udp"), ("fork", "udp"), ("stateful", "tcp"), ("register", "tcp")]


def label(item, transport):
    return item if transport == "udp" else f"{item}-{transport}"


def free_ports():
    """A port with 20 free ones behind it, for UDP and TCP, below those that the kernel hands out."""
    for base in range(21000, 31000, 50):
        try:
            for port in range(base, base + 21):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(socket.AF_INET, kind) as probe:
                        probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    sys.exit("no free ports")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    names = [label(*work) for work in WORKS]
    parser.add_argument("--items", default=",".join(names), help="of " + ",".join(names) + " (all)")
    parser.add_argument("--servers", default="kamailio,kamailio-lua,moonwire", help="of " + ",".join(servers.KINDS))
    parser.add_argument("--children", default="1,2,4", help="Kamailio's numbers of children to try (1,2,4)")
    parser.add_argument("--modes", default="500,2000,saturated", help="rates, and saturated")
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--window", type=int, default=200, help="units outstanding when saturated (200)")
    parser.add_argument("--linger", type=float, help="seconds after a load whose CPU still counts (as long as the "
                        "server keeps transactions)")
    parser.add_argument("--quick", action="store_true", help="one trial of 3 s each, no linger, no extras")
    parser.add_argument("--no-extras", action="store_true", help="no highest rate, bytes a contact, cross-check")
    parser.add_argument("--out", default="bench-results", help="folder for bench.json, bench.md and the plots")
    parser.add_argument("--port", type=int, help="port of the server under test; the generator uses the 20 behind it "
                        "(default: free ones)")
    parser.add_argument("--sipload", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--moonwire", default="moonwire", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.trials, arguments.seconds, arguments.no_extras = 1, 3, True
        arguments.linger = 0 if arguments.linger is None else arguments.linger
    wanted = arguments.items.split(",")
    arguments.works = [work for work in WORKS if label(*work) in wanted]
    unknown = set(wanted) - set(names) | set(arguments.servers.split(",")) - set(servers.KINDS)
    if unknown:
        parser.error("unknown: " + ", ".join(sorted(unknown)))
    arguments.modes = [mode if mode == "saturated" else int(mode) for mode in arguments.modes.split(",")]
    return arguments


def candidates(arguments):
    """Each server with each number of children that it is tried with; 0 where the number means nothing."""
    for name in arguments.servers.split(","):
        if name == "moonwire":
            yield name, 0
        else:
            yield from ((name, int(count)) for count in arguments.children.split(","))


def run_server(setup, arguments, work, name, children, trial, result):
    item, transport = work
    server = servers.KINDS[name](setup, item, children).start()
    linger = server.linger if arguments.linger is None else arguments.linger
    try:
        load.register_all(setup, transport, item)
        idle = load.idle_share(server)
        for mode in arguments.modes:
            one = load.measure(setup, server, item, transport, mode, arguments.seconds, idle, linger)
            one.update(work=label(*work), server=name, children=children, mode=str(mode), trial=trial)
            # The cost of a completed unit means nothing when many were not: such a run stands apart.
            counts = one["failed"] + one["not_started"] <= 0.01 * one["started"]
            result["trials" if counts else "invalid"].append(one)
            print(f"  {label(*work):14} {name:13} {children or '-':>2} {mode!s:9} {one['server_cpu_us']:8.1f} µs "
                  f"{one['rate']:8.0f}/s p50 {one['setup_us']['p50']:7.0f} p99 {one['setup_us']['p99']:7.0f} µs "
                  f"{one['peak_pss'] / 2**20:6.0f} MiB  failed {one['failed']} others {one['others_share']:.2f}"
                  + ("" if counts else "  INVALID: " + str(one["failures"])), flush=True)
            if mode == "saturated":
                saturated = one["rate"]
        if trial == 0 and not arguments.no_extras and "saturated" in arguments.modes:
            rate = load.highest_rate(setup, server, item, transport, max(100, saturated))
            result["highest"].append({"work": label(*work), "server": name, "children": children, "rate": rate})
    finally:
        server.stop()


def run_extras(setup, arguments, result):
    """Bytes a contact, and the cross-check of the generator, once a server."""
    for name in arguments.servers.split(","):
        server = servers.KINDS[name](setup, "register", 2).start()
        try:
            result["contacts"][name] = load.bytes_per_contact(setup, server)
        finally:
            server.stop()
        server = servers.KINDS[name](setup, "stateful", 1).start()  # one child: nothing overtakes, which sipp minds
        try:
            # sipp wakes every 10 ms and starts the calls then due together: the same pace, or its batches look cheaper.
            own = load.measure(setup, server, "stateful", "udp", crosscheck.RATE, 8, 0, 0, ("--tick", 10_000))
            other = crosscheck.by_sipp(setup, server, 8)
            result["crosscheck"][name] = {"sipload": own, "sipp": other}
            print(f"  cross-check {name}: sipload {own['server_cpu_us']:.1f} µs, sipp {other['server_cpu_us']:.1f} µs "
                  f"a call; failed {own['failed']}, {other['failed']}", flush=True)
        finally:
            server.stop()


def main():
    arguments = parse_arguments()
    result = {"command": "scripts/bench " + os.environ.get("BENCH_ARGUMENTS", ""), "trials": [], "invalid": [],
              "highest": [], "contacts": {}, "crosscheck": {},
              "settings": {"trials": arguments.trials, "seconds": arguments.seconds, "window": arguments.window,
                           "linger": arguments.linger}}
    with tempfile.TemporaryDirectory(prefix="moonwire-bench-") as work:
        port = arguments.port or free_ports()
        setup = types.SimpleNamespace(work=work, users=os.path.join(work, "users"), port=port, caller_port=port + 1,
                                      callee_port=port + 10, window=arguments.window,
                                      sipload=os.path.abspath(arguments.sipload),
                                      moonwire=os.path.abspath(arguments.moonwire))
        servers.write_users(setup.users, 100_000)
        result["versions"] = report.versions(setup, arguments.servers.split(","))
        everyone = list(candidates(arguments))
        failures = 0
        for trial in range(arguments.trials):
            for work_item in arguments.works:
                turn = trial % len(everyone)
                for name, children in everyone[turn:] + everyone[:turn]:
                    try:
                        run_server(setup, arguments, work_item, name, children, trial, result)
                    except (OSError, RuntimeError) as error:
                        failures += 1
                        print(f"  {label(*work_item)} {name} {children}: {error}", file=sys.stderr, flush=True)
        if not arguments.no_extras:
            try:
                run_extras(setup, arguments, result)
            except (OSError, RuntimeError) as error:
                failures += 1
                print(f"  extras: {error}", file=sys.stderr, flush=True)
    result["best"] = report.summarise(result["trials"])
    if not result["best"]:
        sys.exit("nothing was measured")
    print(report.write(result, arguments.out))
    print(f"written to {arguments.out}/")
    sys.exit(1 if failures or result["invalid"] else 0)


if __name__ == "__main__":
    main()
