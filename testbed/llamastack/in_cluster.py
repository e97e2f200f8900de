"""Sends loads to a llama-stack server in a cluster, reads their traces from Tempo, and judges them.

Usage: in_cluster.py --api http://server:8321/v1 --tempo http://tempo:3200 --service NAME LOAD…

Prints one line of JSON: for each LOAD its requests, mix, traces, spans and joined (see load.judge);
and of all of them the digests of the repair and the processes that server spans name, and how many
of the guardrails' spans are misplaced. NAME is the service.name of the server. Needs aiohttp.
"""

import argparse
import asyncio
import collections
import json
import sys
import time

import aiohttp

import load

GUARDS = ("guard-one", "guard-two", "guard-three")
PATCH = "tracingstack.llamastack.patch"
Span = collections.namedtuple("Span", "trace id parent name attributes")
Server = collections.namedtuple("Server", "api")

LOADS = {
    "one-at-a-time": lambda server: load.Client(server).rounds(10, 1),
    "plain": lambda server: load.Client(server).rounds(5, 8),
    "streaming": lambda server: load.Client(server, stream=True).rounds(5, 8),
    "plain-traceparent": lambda server: load.Client(server, traceparent=True).rounds(5, 8),
    "streaming-traceparent": lambda server: load.Client(server, stream=True, traceparent=True).rounds(5, 8),
    "closed-loop": lambda server: load.Client(server, stream=True).closed_loop(8, 200),
    "guardrails": lambda server: load.Client(server, guardrails=GUARDS).rounds(1, 8),
    "guardrails-one-at-a-time": lambda server: load.Client(server, guardrails=GUARDS).rounds(3, 1),
}


class Tempo:
    """The spans of one service since a time, as Tempo returns them. Seconds since 1970."""

    def __init__(self, session, base, service, since):
        self._session = session
        self._base = base
        self._search = {
            # Probes are traced as well, and are none of the load.
            "q": '{ resource.service.name = "%s" && name != "/v1/health" }' % service,
            "start": str(since),
            "limit": "5000",
        }

    async def spans(self, begun_by_clients):
        """Of the traces that the search finds, and of those that clients began."""
        async with self._session.get(self._base + "/api/search", params=dict(self._search, end=str(int(time.time()) + 1))) as answer:
            answer.raise_for_status()
            found = {trace["traceID"].rjust(32, "0") for trace in (await answer.json()).get("traces") or ()}
        return sum(await asyncio.gather(*map(self._trace, found | begun_by_clients)), [])

    async def _trace(self, trace):
        async with self._session.get(self._base + "/api/traces/" + trace) as answer:
            if answer.status == 404:
                return []
            answer.raise_for_status()
            batches = (await answer.json()).get("batches") or ()
        spans = [span for batch in batches for scope in batch.get("scopeSpans") or () for span in scope.get("spans") or ()]
        return [Span(trace, span["spanId"], span.get("parentSpanId", ""), span["name"], attributes_of(span)) for span in spans]


def attributes_of(span):
    """Integers are text in the JSON of OTLP."""
    return {each["key"]: next(iter(each["value"].values()), None) for each in span.get("attributes") or ()}


async def settled(tempo, answers):
    """Waits until each request's tag is in some span, and no more spans come."""
    tags = {answer.tag for answer in answers}
    begun = {answer.trace for answer in answers if answer.trace}
    end = time.monotonic() + 180
    before = -1
    while time.monotonic() < end:
        spans = await tempo.spans(begun)
        seen = set(load.TAG.findall(json.dumps([span.attributes for span in spans], default=str)))
        if tags <= seen and len(spans) == before:
            return spans
        before = len(spans)
        await asyncio.sleep(6)  # longer than an exporter and the collector wait for more
    raise RuntimeError("%d of %d requests left no span, %d spans in all" % (len(tags - seen), len(tags), before))


async def run(arguments):
    since = int(time.time()) - 1
    answers = {name: await LOADS[name](Server(arguments.api)) for name in arguments.loads}
    connector = aiohttp.TCPConnector(limit=16)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as session:
        spans = await settled(Tempo(session, arguments.tempo, arguments.service, since), sum(answers.values(), []))
    result = {name: load.judge(sent, spans)._asdict() for name, sent in answers.items()}
    servers = [span for span in spans if load.is_server(span)]
    misplaced, moderations = load.misplaced_moderations(spans)
    result["all"] = {
        "digests": sorted({span.attributes.get(PATCH, "") for span in servers}),
        "processes": sorted({str(span.attributes.get("process.pid", "")) for span in servers}),
        "moderations": moderations,
        "misplaced": misplaced,
    }
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--api", required=True)
    parser.add_argument("--tempo", required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("loads", nargs="+", choices=LOADS, metavar="LOAD")
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    sys.exit(main())
