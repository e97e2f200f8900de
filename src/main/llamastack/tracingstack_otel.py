"""Starts OpenTelemetry in the process of a server whose own start does not.

llama-stack 0.4 and later, and OGX, leave their spans to OpenTelemetry's packages, which
``opentelemetry-instrument`` starts with the process. Where the server's start passes that by, the
import of its package does it here, with the same program. So processes that are no server, such as
pip or a resource tracker, are left alone, and each worker has a start of its own.
"""

import importlib
import importlib.util
import os
import sys

from tracingstack_log import say

SERVERS = ("llama_stack", "ogx")
"""The packages that servers are made of, one of which an image has."""

AUTO = "opentelemetry.instrumentation.auto_instrumentation"
"""The package that ``opentelemetry-instrument`` and the OpenTelemetry Operator put to use."""


def missing():
    """Names of the packages without which no span of a request is made and sent, for the image
    that this runs in; empty when it has all."""
    return [name for name, is_there in _NEEDED if not is_there()]


def _has_program():
    try:
        return importlib.util.find_spec(AUTO + ".sitecustomize") is not None
    except Exception:  # it, or what it is made from, cannot be imported
        return False


def _has_entry_point(group, name=None):
    from importlib.metadata import entry_points

    return any(name in (None, point.name) for point in entry_points(group=group))


def _has_server_spans():
    """By FastAPI's instrumentation; later releases of FastAPI make them themselves. Starlette's
    instrumentation makes none for FastAPI."""
    if _has_entry_point("opentelemetry_instrumentor", "fastapi"):
        return True
    fastapi = importlib.util.find_spec("fastapi")
    return fastapi is not None and any(os.path.isdir(os.path.join(each, "telemetry")) for each in fastapi.submodule_search_locations)


def hands_on():
    """Whether the image has what writes a trace context into calls of model servers: their clients
    all use httpx."""
    return _has_entry_point("opentelemetry_instrumentor", "httpx")


_NEEDED = (
    ("opentelemetry-instrumentation", _has_program),
    ("opentelemetry-distro", lambda: _has_entry_point("opentelemetry_configurator")),
    ("opentelemetry-exporter-otlp-proto-http", lambda: _has_entry_point("opentelemetry_traces_exporter", "otlp_proto_http")),
    ("opentelemetry-instrumentation-fastapi", _has_server_spans),
)


def install():
    """Has OpenTelemetry started when the server's package is imported."""
    sys.meta_path.insert(0, Starter())


class Starter:
    """Finds nothing: it is asked for each import, and so knows when the server's is."""

    def __init__(self):
        self._done = False

    def find_spec(self, name, path=None, target=None):
        if name in SERVERS and not self._done:
            self._done = True
            start()
        return None


def start():
    """Starts OpenTelemetry unless somebody else has, or is about to; raises nothing."""
    if AUTO in sys.modules:
        say("OpenTelemetry", "AlreadyStarted")
        return
    try:
        # What opentelemetry-instrument has Python run. It logs its exceptions, and goes on.
        importlib.import_module(AUTO + ".sitecustomize")
        from opentelemetry import trace

        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            raise RuntimeError("there is no tracer provider; OpenTelemetry logs why")
    except Exception as problem:
        say("OpenTelemetry", "Failed", repr(problem))
    else:
        say("OpenTelemetry", "Started")
