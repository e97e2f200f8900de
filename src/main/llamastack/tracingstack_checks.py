"""Shows whether a loaded tracing module has the three defects, by making them happen.

No server, event loop or thread is needed: a task is a copy of the context variables, which is what
asyncio gives each of its tasks, and the order of steps is written down here instead of left to
chance. So the same checks run before and after the repair, in the init container and in each
process of the server, where they take less than a millisecond. They leave the module as it was.
"""

import contextvars


class _Recorder:
    """Stands in for the module's background logger; keeps the events of spans."""

    def __init__(self, module):
        self._start = module.SpanStartPayload
        self.started = []
        self.ended = []

    def log_event(self, event):
        (self.started if isinstance(event.payload, self._start) else self.ended).append(event)

    def span(self, name):
        """The start event of the one span with this name."""
        [event] = [event for event in self.started if event.payload.name == name]
        return event

    def parent(self, name):
        """The name of a span's parent; None for a first span."""
        parent = self.span(name).payload.parent_span_id
        return next((each.payload.name for each in self.started if each.span_id == parent), parent)

    def all_ended_once(self):
        return sorted(event.span_id for event in self.started) == sorted(event.span_id for event in self.ended)


def _finish(coroutine):
    """Runs a coroutine that never waits. start_trace and end_trace are such in every version."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("start_trace or end_trace waits for something")


def _requests(module, events):
    """Two requests at the same time are two traces."""
    one, two = contextvars.Context(), contextvars.Context()
    one.run(lambda: _finish(module.start_trace("one")))
    two.run(lambda: _finish(module.start_trace("two")))
    inner = module.span("inner of one")
    one.run(inner.__enter__)
    two.run(lambda: _finish(module.end_trace()))
    one.run(lambda: inner.__exit__(None, None, None))
    one.run(lambda: _finish(module.end_trace()))
    return (
        events.parent("two") is None
        and events.parent("inner of one") == "one"
        and events.span("one").trace_id != events.span("two").trace_id
        and [event.span_id for event in events.ended]
        == [events.span(name).span_id for name in ("two", "inner of one", "one")]
    )


def _nesting(module, events):
    """A trace begun within a trace is part of it, and the outer one goes on after it."""

    def request():
        _finish(module.start_trace("outer"))
        _finish(module.start_trace("nested"))
        _finish(module.end_trace())
        with module.span("after"):
            pass
        _finish(module.end_trace())
        return module.get_current_span() is None

    return (
        contextvars.Context().run(request)
        and events.parent("nested") == "outer"
        and events.parent("after") == "outer"
        and len({event.trace_id for event in events.started}) == 1
        and events.all_ended_once()
    )


def _tasks(module, events):
    """Tasks of one request get the parent they were started under, in whatever order they end."""

    def request():
        _finish(module.start_trace("request"))
        with module.span("parent"):
            first, second = module.span("first"), module.span("second")
            of_first, of_second = contextvars.copy_context(), contextvars.copy_context()
            of_first.run(first.__enter__)
            of_second.run(second.__enter__)
            of_first.run(lambda: first.__exit__(None, None, None))
            inner = module.span("inner of second")
            of_second.run(inner.__enter__)
            of_second.run(lambda: inner.__exit__(None, None, None))
            of_second.run(lambda: second.__exit__(None, None, None))
        _finish(module.end_trace())

    contextvars.Context().run(request)
    return (
        events.parent("first") == events.parent("second") == "parent"
        and events.parent("inner of second") == "second"
        and [event.span_id for event in events.ended]
        == [events.span(name).span_id for name in ("first", "inner of second", "second", "parent", "request")]
    )


CHECKS = {"requests": _requests, "nesting": _nesting, "tasks": _tasks}
"""Name of each check in reports. ``requests`` is defect 1, ``nesting`` 2, ``tasks`` 3."""


def run(module):
    """Runs the checks on a tracing module: name → whether it passed. Raises nothing: a module with
    which a check cannot even be run does not pass it."""
    return {name: _passes(check, module) for name, check in CHECKS.items()}


def _passes(check, module):
    try:
        before = module.BACKGROUND_LOGGER
        spans = getattr(module.TraceContext, "spans", None)
        module.BACKGROUND_LOGGER = events = _Recorder(module)
    except Exception:
        return False
    try:
        return bool(check(module, events))
    except Exception:
        return False
    finally:
        module.BACKGROUND_LOGGER = before
        if isinstance(spans, list):
            spans.clear()  # what the shared list of the unrepaired module has kept
