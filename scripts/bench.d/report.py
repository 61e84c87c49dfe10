"""Sums the trials up: the table, the JSON file, the Markdown page and its plots."""

import json
import os
import platform
import statistics
import subprocess

import plots


def summarise(trials):
    """Medians over the trials of each (work, server, children, mode), then the best number of children."""
    cells = {}
    for trial in trials:
        cells.setdefault((trial["work"], trial["server"], trial["children"], trial["mode"]), []).append(trial)
    best = {}
    for (work, server, children, mode), runs in cells.items():
        costs = [run["server_cpu_us"] for run in runs]
        row = {"work": work, "server": server, "children": children, "mode": mode, "trials": len(runs),
               "cpu_us": statistics.median(costs), "cpu_us_least": min(costs), "cpu_us_most": max(costs),
               "rate": statistics.median(run["rate"] for run in runs),
               "p50_us": statistics.median(run["setup_us"]["p50"] for run in runs),
               "p99_us": statistics.median(run["setup_us"]["p99"] for run in runs),
               "peak_pss": max(run["peak_pss"] for run in runs),
               "failed": sum(run["failed"] for run in runs), "started": sum(run["started"] for run in runs),
               "repeated": sum(run["requests_repeated"] + run["finals_repeated"] + run["requests_received_again"]
                               + run["responses_received_again"] for run in runs),
               "others_share": max(run["others_share"] for run in runs)}
        key = (work, server, mode)
        if key not in best or row["cpu_us"] < best[key]["cpu_us"]:
            best[key] = row
    return best


def _machine():
    model = "unknown"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "system": platform.system()}


def _version(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        return (done.stdout or done.stderr).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "unknown"


def versions(setup, names):
    found = {}
    if any(name.startswith("kamailio") for name in names):
        found["kamailio"] = _version(["kamailio", "-v"])
    if "moonwire" in names:
        found["moonwire"] = _version([setup.moonwire, "--version"])
    return found


def _ordered(values):
    return list(dict.fromkeys(values))


def table(result):
    """The rows of the comparison as lists of text, the heading first."""
    best, lines = result["best"], []
    highest = {(entry["work"], entry["server"]): 0 for entry in result["highest"]}
    for entry in result["highest"]:
        key = (entry["work"], entry["server"])
        highest[key] = max(highest[key], entry["rate"])
    modes = _ordered(mode for _, _, mode in best)
    paced = [mode for mode in modes if mode != "saturated"]
    quoted = paced[-1] if paced else modes[-1]
    lines.append(["work", "server"] + [f"µs at {mode}/s" if mode != "saturated" else "µs saturated" for mode in modes]
                 + ["ratio", "saturated/s", "highest clean/s", f"p50 µs at {quoted}", f"p99 µs at {quoted}",
                    "peak MiB", "failed", "repeated"])
    for work in _ordered(work for work, _, _ in best):
        for server in _ordered(server for other, server, _ in best if other == work):
            rows = {mode: best.get((work, server, mode)) for mode in modes}
            native = {mode: best.get((work, "kamailio", mode)) for mode in modes}
            ratios = [f"{rows[mode]['cpu_us'] / native[mode]['cpu_us']:.2f}" for mode in modes
                      if rows[mode] and native[mode]]
            children = {row["children"] for row in rows.values() if row} - {0}
            suffix = f" ({'/'.join(str(rows[mode]['children']) for mode in modes if rows[mode])})" if children else ""
            present = [row for row in rows.values() if row]
            delay = rows[quoted] or present[-1]
            saturated = rows.get("saturated")
            costs = [f"{rows[mode]['cpu_us']:.1f}" if rows[mode] else "" for mode in modes]
            lines.append([work, server + suffix] + costs
                         + [" / ".join(ratios), f"{saturated['rate']:.0f}" if saturated else "",
                            f"{highest[(work, server)]:.0f}" if (work, server) in highest else "",
                            f"{delay['p50_us']:.0f}", f"{delay['p99_us']:.0f}",
                            f"{max(row['peak_pss'] for row in present) / 2**20:.0f}",
                            str(sum(row["failed"] for row in present)), str(sum(row["repeated"] for row in present))])
    return lines


def as_text(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(line, widths))) for line in lines)


def as_markdown(lines):
    rule = ["---"] * 2 + ["---:"] * (len(lines[0]) - 2)
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule] + lines[1:])


def _plots(result, folder):
    best, made = result["best"], []
    works = _ordered(work for work, _, _ in best)
    names = _ordered(server for _, server, _ in best)
    for mode in _ordered(mode for _, _, mode in best):
        series = [(name, {work: best[work, name, mode]["cpu_us"] for work in works if (work, name, mode) in best})
                  for name in names]
        label = "saturated" if mode == "saturated" else f"at {mode}/s"
        made.append((f"cpu-{mode}.svg", plots.grouped_bars(f"Server CPU a unit of work, {label}", "µs", works, series)))
    series = [(name, {work: best[work, name, "saturated"]["peak_pss"] / 2**20 for work in works
                      if (work, name, "saturated") in best}) for name in names]
    made.append(("memory.svg", plots.grouped_bars("Peak memory, saturated", "MiB of PSS", works, series)))
    written = []
    for name, drawing in made:
        if drawing is not None:
            with open(os.path.join(folder, name), "w") as file:
                file.write(drawing)
            written.append(name)
    return written


def write(result, folder):
    os.makedirs(folder, exist_ok=True)
    lines = table(result)
    machine, settings = _machine(), result["settings"]
    raw = {key: value for key, value in result.items() if key != "best"}
    raw.update(machine=machine, summary=list(result["best"].values()))
    with open(os.path.join(folder, "bench.json"), "w") as file:
        json.dump(raw, file, indent=1)
    page = ["# Benchmark", "",
            f"{machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['kernel']}, loopback; "
            + "; ".join(f"{name}: {text}" for name, text in result["versions"].items()) + ".", "",
            f"Command: `{result['command']}`. Median of {settings['trials']} trials of {settings['seconds']:g} s, the "
            f"order of the servers rotated; saturated: closed loop with {settings['window']} outstanding. CPU is user "
            "and system time of all processes and threads of the server a completed unit, with what the finished "
            "transactions still cost after the load. Ratio: to Kamailio's native script in each column. In brackets: "
            "the best number of children in each column.", "", as_markdown(lines), ""]
    if result["contacts"]:
        page += ["Bytes a registered contact, at 100,000 users:", ""]
        page += [f"- {name}: {value:.0f}" for name, value in result["contacts"].items()] + [""]
    if result["crosscheck"]:
        page += ["The stateful item at 500/s by two generators in batches of 10 ms, server CPU in µs a call:", ""]
        page += [f"- {name}: sipload {pair['sipload']['server_cpu_us']:.1f}, sipp {pair['sipp']['server_cpu_us']:.1f}, "
                 f"failed {pair['sipload']['failed']} and {pair['sipp']['failed']}"
                 for name, pair in result["crosscheck"].items()] + [""]
    noise = max((row["others_share"] for row in result["best"].values()), default=0)
    page += [f"Other processes used up to {noise:.2f} of a core during a measurement.", ""]
    page += [f"![{name}]({name})\n" for name in _plots(result, folder)]
    with open(os.path.join(folder, "bench.md"), "w") as file:
        file.write("\n".join(page))
    return as_text(lines)
