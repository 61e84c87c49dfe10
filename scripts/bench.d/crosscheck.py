"""The stateful item at 500/s by sipp, beside sipload: two generators that share no code must see the same server."""

import csv
import os
import subprocess
import time

import servers

RATE = 500


def _sipp(setup, scenario, port, *arguments):
    return subprocess.Popen(
        ["sipp", "-sf", os.path.join(servers.HERE, "sipp", scenario + ".xml"), "-i", "127.0.0.1", "-p", str(port),
         "-nostdin", "-buff_size", "4194304", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=setup.work)


def by_sipp(setup, server, seconds):
    """Server CPU a call, calls and failures as sipp counts them."""
    statistics = os.path.join(setup.work, "sipp.csv")
    if os.path.exists(statistics):
        os.remove(statistics)
    callee = _sipp(setup, "callee", setup.callee_port)
    time.sleep(0.5)
    before = server.cpu_seconds()
    calls = int(RATE * seconds)
    caller = _sipp(setup, "caller", setup.caller_port, f"127.0.0.1:{setup.port}", "-r", RATE,
                   "-key", "callee", f"127.0.0.1:{setup.callee_port}", "-m", calls, "-l", 20000,
                   "-trace_stat", "-stf", statistics, "-fd", "1")
    try:
        caller.wait(seconds * 3 + 60)
    finally:
        after = server.cpu_seconds()
        for process in (caller, callee):
            if process.poll() is None:
                process.terminate()
            process.wait()
    with open(statistics) as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    completed = int(last["SuccessfulCall(C)"])
    return {"server_cpu_us": (after - before) * 1e6 / max(1, completed), "completed": completed,
            "failed": int(last["FailedCall(C)"]), "repeated": int(last["Retransmissions(C)"])}
