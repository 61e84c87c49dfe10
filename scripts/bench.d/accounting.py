"""What a server's processes have used: CPU time and memory, from /proc alone."""

import os
import threading

TICK = os.sysconf("SC_CLK_TCK")


def descendants(root):
    """The process and all that came of it."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, added = {root}, True
    while added:
        added = {pid for pid, parent in parents.items() if parent in found} - found
        found |= added
    return sorted(found)


def _ticks(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _nanoseconds(pid):
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as stat:
            total += int(stat.read().split()[0])
    return total / 1e9


def cpu_seconds(pids):
    """User and system time of the processes with all their threads.

    The scheduler's account is exact to the nanosecond but forgets threads that have ended; the account in ticks forgets
    nothing but is coarse. So the fine one counts unless it lags the coarse one by more than the coarseness explains.
    """
    total = 0.0
    for pid in pids:
        try:
            fine, coarse = _nanoseconds(pid), _ticks(pid)
        except OSError:
            continue
        total += fine if coarse - fine < 0.05 + 0.05 * coarse else coarse
    return total


def pss_bytes(pids):
    """Proportional set size: shared pages count once over all the processes."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                for line in rollup:
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
                        break
        except OSError:
            continue
    return total


class PeakMemory:
    """Samples the PSS every two seconds: walking the page tables of a large process costs tens of milliseconds."""

    def __init__(self, pids):
        self.pids = pids
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._stop.wait(2):
            self.sample()

    def sample(self):
        self.peak = max(self.peak, pss_bytes(self.pids))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self.sample()
