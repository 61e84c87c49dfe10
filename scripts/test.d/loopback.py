#!/usr/bin/env python3
"""Runs the server on loopback sockets with real clients: sipp, sipsak, baresip, `moonwire ua`, and plain sockets.

    python3 scripts/test.d/loopback.py --moonwire .build/release/moonwire [--only NAME] [--list]

Every check has a server, ports and a folder of its own. One line a check; one that fails shows everything that its
processes wrote. The exit status is 0 when all passed.
"""

import argparse
import importlib
import os
import signal
import sys
import time
import traceback

sys.dont_write_bytecode = True

from stage import CHECKS, CheckFailure, Stage

MODULES = ["starting", "registration", "calls", "forking", "voicemail", "shell", "phones", "security", "bad_input",
           "load"]


def run(check, moonwire, keep):
    """Runs one check; whether it passed."""
    began = time.monotonic()
    stage = Stage(moonwire)
    problem = None
    try:
        check.function(stage, *check.arguments)
        stage.check_servers()
    except CheckFailure as failure:
        problem = str(failure)
    except Exception:
        problem = traceback.format_exc()
    finally:
        stage.stop_all()
    seconds = time.monotonic() - began
    print(f"{'FAILED' if problem else 'passed'}  {check.name}  ({seconds:.1f} s)", flush=True)
    if problem:
        print(f"  {problem}\n{stage.outputs()}", flush=True)
    stage.remove(keep=keep and problem is not None)
    return problem is None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moonwire", required=True, help="the program to test")
    parser.add_argument("--only", action="append", metavar="TEXT", help="only checks whose name has this; repeatable")
    parser.add_argument("--list", action="store_true", help="print the names and run nothing")
    parser.add_argument("--keep", action="store_true", help="keep the folders of failed checks")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped on the way out

    for module in MODULES:
        importlib.import_module(f"checks.{module}")
    chosen = [c for c in CHECKS if not options.only or any(text in c.name for text in options.only)]
    if options.list:
        print("\n".join(check.name for check in chosen))
        return 0
    if not chosen:
        print("no check has such a name; --list shows them", file=sys.stderr)
        return 64
    moonwire = os.path.abspath(options.moonwire)
    passed = [run(check, moonwire, options.keep) for check in chosen]
    print(f"{passed.count(True)} passed, {passed.count(False)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
