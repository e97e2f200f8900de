"""Stands in for vLLM: the part of its OpenAI-compatible API that llama-stack's remote::vllm uses.

Usage: vllm_stub.py [--host 127.0.0.1] [--port 8000] [--delay-ms 20] [--otlp-traces-endpoint URL]

  GET  /health, /v1/models
  POST /v1/chat/completions   also with "stream": true; answers after the delay
  POST /v1/completions, /v1/moderations
  GET  /stub/requests         the requests so far, newest last, as JSON: path, model, traceparent,
                              and whether that is a valid one (null: there was none)

An answer repeats the last user message. A model with "guard" in its name answers "safe", or
"unsafe" and S1 when the message contains "forbidden". When tools are offered and the last user
message contains "use the tool", the first tool is called with the message. A message that contains
"refuse this" is refused with status 400, and quoted, as vLLM does.

With --otlp-traces-endpoint it makes the span that vLLM makes of each request it has served to the
end, in the trace of the caller. That takes OpenTelemetry's SDK, all else the standard library only.
"""

import argparse
import collections
import http.server
import json
import os
import re
import sys
import time
import uuid

MODELS = ("stub-model", "guard-one", "guard-two", "guard-three")
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def text_of(message):
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def answer_to(body):
    """The message of the assistant, and why it ends."""
    messages = body.get("messages") or [{"content": str(body.get("prompt", ""))}]
    last = text_of(messages[-1])
    if "guard" in body.get("model", ""):
        return {"role": "assistant", "content": "unsafe\nS1" if "forbidden" in last else "safe"}, "stop"
    tools = body.get("tools") or []
    if tools and messages[-1].get("role") == "user" and "use the tool" in last:
        call = {"id": "call_1", "type": "function", "function": {"name": tools[0]["function"]["name"], "arguments": json.dumps({"message": last})}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
    return {"role": "assistant", "content": "You said: " + last}, "stop"


def usage_of(body, message):
    prompt = sum(len(text_of(each).split()) for each in body.get("messages", ()))
    completion = len((message["content"] or "").split())
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def new_id():
    """llama-stack stores answers by their id, so each has its own."""
    return "cmpl-" + uuid.uuid4().hex


def chunks_of(body):
    """The deltas of a streamed answer: role, words, end, usage."""
    message, reason = answer_to(body)
    yield {"role": "assistant", "content": ""}, None
    for index, call in enumerate(message.get("tool_calls", ())):
        yield {"tool_calls": [dict(call, index=index)]}, None
    for word in re.findall(r"\S+\s*", message["content"] or ""):
        yield {"content": word}, None
    yield {}, reason


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        """No line per request."""

    def do_GET(self):
        if self.path == "/v1/models":
            data = [{"id": name, "object": "model", "created": 0, "owned_by": "stub"} for name in MODELS]
            self.reply({"object": "list", "data": data})
        elif self.path == "/stub/requests":
            self.reply(list(self.server.requests))
        elif self.path == "/health":
            self.reply({})
        else:
            self.reply({"error": {"message": "not found"}}, 404)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        self.record(body)
        if self.path == "/v1/moderations":
            inputs = body.get("input")
            flagged = ["forbidden" in text for text in (inputs if isinstance(inputs, list) else [inputs])]
            results = [{"flagged": each, "categories": {}, "category_scores": {}} for each in flagged]
            self.reply({"id": "modr-1", "model": body.get("model"), "results": results})
        elif "refuse this" in text_of((body.get("messages") or [{}])[-1]):
            self.reply({"error": {"message": "invalid: " + text_of(body["messages"][-1]), "type": "BadRequestError", "code": 400}}, 400)
        elif self.path in ("/v1/chat/completions", "/v1/completions"):
            arrival = time.time_ns()
            time.sleep(self.server.delay)
            self.stream(body) if body.get("stream") else self.complete(body)
            self.server.spans.served(self.headers, usage_of(body, answer_to(body)[0]), arrival)
        else:
            self.reply({"error": {"message": "not found"}}, 404)

    def record(self, body):
        traceparent = self.headers.get("traceparent")
        valid = None if traceparent is None else bool(TRACEPARENT.fullmatch(traceparent))
        self.server.requests.append(
            {"path": self.path, "model": body.get("model"), "traceparent": traceparent, "valid": valid}
        )

    def reply(self, content, status=200):
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def complete(self, body):
        message, reason = answer_to(body)
        chat = self.path == "/v1/chat/completions"
        choice = {"index": 0, "finish_reason": reason, "logprobs": None}
        choice.update({"message": message} if chat else {"text": message["content"]})
        self.reply(
            {
                "id": new_id(),
                "object": "chat.completion" if chat else "text_completion",
                "created": int(time.time()),
                "model": body.get("model"),
                "choices": [choice],
                "usage": usage_of(body, message),
            }
        )

    def stream(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        head = {"id": new_id(), "object": "chat.completion.chunk", "created": 0, "model": body.get("model")}
        for delta, reason in chunks_of(body):
            self.event(head, choices=[{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}])
        if (body.get("stream_options") or {}).get("include_usage"):
            self.event(head, choices=[], usage=usage_of(body, answer_to(body)[0]))
        self.chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, head, **content):
        self.chunk(b"data: " + json.dumps(dict(head, **content)).encode() + b"\n\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


class NoSpans:
    """What becomes of requests without the flag."""

    def served(self, headers, usage, arrival):
        """Does nothing."""


class Spans:
    """Spans as vLLM makes them, sent to an endpoint.

    vLLM reads the protocol from this one variable, and takes grpc where it is not set. This one has
    no gRPC, and says so.
    """

    def __init__(self, endpoint):
        protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc")
        if protocol != "http/protobuf":
            sys.exit("vllm_stub.py: OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: no %s here" % protocol)
        from opentelemetry import propagate, trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        self.tracer = provider.get_tracer("vllm.llm_engine")
        self.extract, self.kind = propagate.extract, trace.SpanKind.SERVER

    def served(self, headers, usage, arrival):
        """The span of a request that came at ``arrival``, in ns of the epoch."""
        context = self.extract({name.lower(): value for name, value in headers.items()})
        attributes = {"gen_ai.usage." + name: usage[name] for name in ("prompt_tokens", "completion_tokens")}
        self.tracer.start_span("llm_request", context, self.kind, attributes, start_time=arrival).end()


class Stub(http.server.ThreadingHTTPServer):
    """The stub as a server; ``serve_forever`` runs it. Port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host, port, delay_ms, spans=NoSpans()):
        super().__init__((host, port), Handler)
        self.delay = delay_ms / 1000
        self.spans = spans
        self.requests = collections.deque(maxlen=10000)

    def handle_error(self, request, client_address):
        """A client that goes away is no error of this server's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description="A stand-in for vLLM")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--delay-ms", type=float, default=20)
    parser.add_argument("--otlp-traces-endpoint")
    arguments = parser.parse_args()
    spans = Spans(arguments.otlp_traces_endpoint) if arguments.otlp_traces_endpoint else NoSpans()
    Stub(arguments.host, arguments.port, arguments.delay_ms, spans).serve_forever()


if __name__ == "__main__":
    main()
