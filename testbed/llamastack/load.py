"""Sends requests to a llama-stack server, and judges the traces they left.

Each request carries a tag of its own in its prompt, and llama-stack puts prompts into attributes of
spans. So it can be told which request a span belongs to.
"""

import asyncio
import collections
import json
import re
import secrets
import time

import aiohttp

TAG = re.compile(r"tag-[0-9a-f]{12}")

Answer = collections.namedtuple("Answer", "tag trace seconds")
Answer.__doc__ = "One request that was answered: its tag, the trace id it was sent with or '', its latency."

Judgement = collections.namedtuple("Judgement", "requests mix traces spans joined")
Judgement.__doc__ = """What the traces of a load show. ``mix`` is the number of requests without a trace of their own;
``joined`` how many of the traces that clients began were gone on with."""


class Client:
    """Requests to one server. ``stream`` and ``guardrails`` choose the kind of request."""

    def __init__(self, server, stream=False, guardrails=(), traceparent=False):
        self._server = server
        self._stream = stream
        self._guardrails = list(guardrails)
        self._traceparent = traceparent

    async def send(self, session):
        """One request; None if the server failed to answer, as SQLite makes it do on a busy machine."""
        tag = "tag-" + secrets.token_hex(6)
        trace = secrets.token_hex(16) if self._traceparent else ""
        headers = {"traceparent": "00-%s-%s-01" % (trace, secrets.token_hex(8))} if trace else {}
        began = time.perf_counter()
        async with session.post(self._server.api + self._path(), json=self._body(tag), headers=headers) as response:
            text = await response.text()
        if response.status >= 500 or "500: Internal server error" in text:
            return None
        # A streamed answer has the tag in one of its words.
        if response.status != 200 or tag not in text or (self._stream and '"finish_reason":"stop"' not in text):
            raise RuntimeError("HTTP %d: %s" % (response.status, text[:500]))
        return Answer(tag, trace, time.perf_counter() - began)

    def _path(self):
        return "/responses" if self._guardrails else "/chat/completions"

    def _body(self, tag):
        if self._guardrails:
            # Each word of the answer is judged by all guardrails: few of them.
            return {"model": "vllm/stub-model", "input": tag, "guardrails": self._guardrails}
        prompt = "Please answer %s with a few words more" % tag
        return {"model": "vllm/stub-model", "messages": [{"role": "user", "content": prompt}], "stream": self._stream}

    async def rounds(self, rounds, size):
        """``rounds`` times ``size`` requests at once."""
        async with _session() as session:
            answers = []
            for _ in range(rounds):
                answers += await asyncio.gather(*(self.send(session) for _ in range(size)))
            return list(filter(None, answers))

    async def closed_loop(self, workers, total):
        """``total`` requests by so many workers, each sending the next when it has its answer."""
        left = iter(range(total))

        async def work(session):
            return [await self.send(session) for _ in left]

        async with _session() as session:
            return list(filter(None, sum(await asyncio.gather(*(work(session) for _ in range(workers))), [])))


def _session():
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True), timeout=aiohttp.ClientTimeout(total=300))


def is_server(span):
    return span.attributes.get("__location__") == "server"


def _tags(span):
    return set(TAG.findall(json.dumps(span.attributes, default=str)))


def judge(answers, spans):
    """A request has a trace of its own when one trace has its tag, no other tag, exactly one
    server span and no orphan, and no other trace has its tag."""
    sent = {answer.tag: answer for answer in answers}
    traces = collections.defaultdict(list)
    for span in spans:
        traces[span.trace].append(span)
    tags = {trace: set().union(*map(_tags, members)) & set(sent) for trace, members in traces.items()}
    places = collections.Counter(tag for found in tags.values() for tag in found)
    own = 0
    for trace, members in traces.items():
        if len(tags[trace]) != 1:
            continue
        [tag] = tags[trace]
        ids = {span.id for span in members}
        orphans = [span for span in members if span.parent and span.parent not in ids and not is_server(span)]
        if len(list(filter(is_server, members))) == 1 and not orphans and places[tag] == 1:
            own += 1
    joined = len({answer.trace for answer in answers} & set(traces))
    with_tags = [trace for trace in traces if tags[trace]]
    return Judgement(len(answers), len(answers) - own, len(with_tags), sum(len(traces[each]) for each in with_tags), joined)


def misplaced_moderations(spans):
    """Of the guardrails' spans: how many hang under an inference, which is a sibling's; and all."""
    names = {(span.trace, span.id): span.name for span in spans}
    parents = [names.get((span.trace, span.parent), "") for span in spans if span.name == "SafetyRouter.run_moderation"]
    return sum(parent == "InferenceRouter.openai_chat_completion" for parent in parents), len(parents)


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
