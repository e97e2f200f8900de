"""Takes in OTLP over HTTP and keeps the spans. Needs opentelemetry-proto, which llama-stack brings."""

import collections
import gzip
import http.server
import threading

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Span = collections.namedtuple("Span", "trace id parent name kind scope attributes resource events")
Span.__doc__ = "One span as received. Ids are hexadecimal; ``parent`` is '' for a root."


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """No line per request."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/v1/traces":
            # Decoded when somebody asks: the load that is being measured needs the processor.
            self.server.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Sink(http.server.ThreadingHTTPServer):
    """A receiver on a free port of this machine, in a thread of its own."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return "http://127.0.0.1:%d" % self.server_port

    def spans(self):
        return [span for body in list(self.bodies) for span in _decoded(body)]


def _decoded(body):
    for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield Span(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.name,
                    span.kind,
                    scope_spans.scope.name,
                    _attributes(span.attributes),
                    resource,
                    [event.name for event in span.events],
                )


def _attributes(pairs):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
