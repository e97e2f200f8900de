"""Measures what the repair of llama-stack's tracing does to real servers, and fails if it does not
do what it should. Run by hack/bench-llamastack.

For each release: the init container's program on that very installation; then the same load on the
server as shipped and repaired, in turns. MIX is the number of requests without a trace of their own
(see load.judge).
"""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import load
import otlp_sink
import server as llamastack
import vllm_stub

REPAIR = pathlib.Path(__file__).parents[2] / "src/main/llamastack"
PATCH = "tracingstack.llamastack.patch"
problems = []


def expect(what, holds):
    if not holds:
        problems.append(what)
        print("  NOT AS EXPECTED: " + what)


def run_init(python, target):
    """The init container's program with this Python first on the path; returns its report."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    variables = {
        "PATH": "%s:%s" % (pathlib.Path(python).parent, os.environ["PATH"]),
        "TRACINGSTACK_TARGET": str(target),
        "TERMINATION_LOG": str(target / "termination-log"),
    }
    began = time.monotonic()
    process = subprocess.Popen(["sh", str(REPAIR / "repair.sh")], env=variables, stdout=subprocess.DEVNULL)
    # With the largest of its processes, which subprocess.run does not tell.
    _, process.returncode, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    report = json.loads((target / "termination-log").read_text())
    print("  init container's program: %.1f s, peak %.0f MiB, %s" % (seconds, usage.ru_maxrss / 1024, report["reason"]))
    expect("the repair is applied", report["applied"])
    return report


def quiet(sink):
    """Waits until no spans have come for longer than the exporter waits; returns and forgets them."""
    seen = -1
    while len(sink.bodies) != seen:
        seen = len(sink.bodies)
        time.sleep(1.5)
    spans = sink.spans()
    sink.bodies.clear()
    return spans


def behaviour(running, sink, repaired, guardrails):
    """All loads on one server, one after the other, in an order in which the first is not concurrent."""
    quiet(sink)
    loads = [
        ("one at a time", 10, load.Client(running).rounds(10, 1)),
        ("5 x 8 at once", 40, load.Client(running).rounds(5, 8)),
        ("5 x 8 at once, streaming", 40, load.Client(running, stream=True).rounds(5, 8)),
        ("8 workers, 200 requests, streaming", 200, load.Client(running, stream=True).closed_loop(8, 200)),
        ("5 x 8 at once, client's traceparent", 40, load.Client(running, traceparent=True).rounds(5, 8)),
    ]
    if guardrails:
        loads.append(("2 x 8 at once, 3 guardrails", 16, load.Client(running, guardrails=llamastack.GUARDS).rounds(2, 8)))
    results = {}
    for name, sent, requests in loads:
        answers = asyncio.run(requests)
        spans = quiet(sink)
        results[name] = judgement = load.judge(answers, spans)
        joined = "%4d joined" % judgement.joined if "traceparent" in name else ""
        if len(answers) < sent:
            print("  %d of %d requests were answered by an error of the server" % (sent - len(answers), sent))
        print("  %-36s MIX %3d of %3d, %3d traces, %5d spans %s" % (name, judgement.mix, judgement.requests, judgement.traces, judgement.spans, joined))
        if repaired:
            expect(name + ": each request has its own trace", judgement.mix == 0)
            expect(name + ": each trace says by which repair", all(span.attributes.get(PATCH) == repaired for span in spans if load.is_server(span)))
            if joined:
                expect("all join the client's trace", judgement.joined == judgement.requests)
        elif name != "one at a time":
            expect(name + ": the defect is there to be seen", judgement.mix > 0)
    return results


def moderations(running, sink, repaired):
    """Defect 3 with one request at a time."""
    asyncio.run(load.Client(running, guardrails=llamastack.GUARDS).rounds(3, 1))
    misplaced, all_of_them = load.misplaced_moderations(quiet(sink))
    print("  3 requests one at a time, 3 guardrails: %d of %d moderations under a sibling's span" % (misplaced, all_of_them))
    expect("guardrails hang where they were called", (misplaced == 0) == bool(repaired) and all_of_them > 0)


def speed(running):
    """Requests per second, the 95th percentile of their latency, and the server's processor time
    for each, both in ms."""
    used = running.processor_seconds()
    began = time.monotonic()
    answers = asyncio.run(load.Client(running).closed_loop(8, 200))
    seconds = time.monotonic() - began
    used = running.processor_seconds() - used
    return len(answers) / seconds, load.quantile([answer.seconds for answer in answers], 0.95) * 1000, used / len(answers) * 1000


def workers(start, sink, repaired):
    """Two workers: each says in its spans which process it is. The kernel chooses who serves a
    connection, so requests are sent until both have been seen, for a minute at most."""
    answers, spans, pids = [], [], set()
    with start("workers", site=True, workers=2) as running:
        quiet(sink)
        end = time.monotonic() + 60
        while len(pids) < 2 and time.monotonic() < end:
            answers += asyncio.run(load.Client(running).rounds(5, 8))
            spans += quiet(sink)
            pids = {span.attributes["process.pid"] for span in spans if span.attributes.get(PATCH) == repaired}
    judgement = load.judge(answers, spans)
    print("  two workers: MIX %d of %d, processes seen repaired: %d" % (judgement.mix, judgement.requests, len(pids)))
    expect("both workers are repaired", len(pids) == 2 and judgement.mix == 0)


def compare(results):
    for name, shipped in results[False].items():
        repaired = results[True][name]
        if shipped.requests == repaired.requests:
            expect("%s: as many spans as before (%d, %d)" % (name, shipped.spans, repaired.spans), shipped.spans == repaired.spans)


def measure(version, python, directory, rounds, stub):
    print("llama-stack " + version)
    report = run_init(python, directory / "target")
    patch = report["after"]["sha256"][:12]
    sink = otlp_sink.Sink()
    guardrails = not version.startswith("0.2.")
    vllm = "http://127.0.0.1:%d/v1" % stub.server_port

    def start(name, site, workers=1):
        path = directory / "target/site" if site else None
        return llamastack.Server(python, version, directory / name, free_port(), vllm, sink.endpoint, path, workers)

    results, figures = {}, collections.defaultdict(list)
    for repaired in (False, True):
        print(" repaired" if repaired else " as shipped")
        with start("repaired" if repaired else "shipped", repaired) as running:
            results[repaired] = behaviour(running, sink, patch if repaired else "", guardrails)
            if guardrails:
                moderations(running, sink, patch if repaired else "")
    compare(results)
    workers(start, sink, patch)
    for number in range(rounds):
        for repaired in (False, True):
            with start("speed", repaired) as running:
                start_up = running.processor_seconds()
                asyncio.run(load.Client(running).closed_loop(8, 40))  # warm
                figures[repaired].append((running.started, start_up, running.resident_mib(), *speed(running)))
            sink.bodies.clear()
    print(" medians of %d starts each, in turns   as shipped  repaired" % rounds)
    for index, name in enumerate(("start to healthy, s", "processor time of the start, s", "resident memory, MiB", "requests/s, 8 workers", "95th percentile, ms", "processor time per request, ms")):
        row = [statistics.median(figure[index] for figure in figures[repaired]) for repaired in (False, True)]
        print("  %-36s %10.2f %9.2f" % (name, *row))


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="starts of each kind for the speed figures")
    parser.add_argument("installation", nargs="+", help="VERSION=PYTHON")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    stub = vllm_stub.Stub("127.0.0.1", 0, 20)
    threading.Thread(target=stub.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory:
        for installation in arguments.installation:
            version, python = installation.split("=", 1)
            measure(version, python, pathlib.Path(directory) / version, arguments.rounds, stub)
    print("%d expectations not met" % len(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
