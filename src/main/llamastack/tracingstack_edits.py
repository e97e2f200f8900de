"""The repair: what is changed in llama-stack's own tracing.py, as a function from text to text.

llama-stack 0.1.7 to 0.3.5 ships ``llama_stack/providers/utils/telemetry/tracing.py`` with three
defects. The list of open spans belongs to the class, so requests that run at the same time share
one trace. A ``start_trace`` within a trace begins another and loses the first. And the parent of a
span is whatever span was opened last, so tasks of one request become each other's parents.

The image's own text is edited rather than replaced: it differs between versions and distributors,
and all that is not ours stays as it is. Every anchor has to be found exactly once. If one is not,
nothing is changed at all.

What the edited module does: a trace has its own open spans; each task remembers where it stands in
a context variable; a span is closed by the one that opened it.
"""

import collections
import re

Edit = collections.namedtuple("Edit", "name anchor replacement")
Edit.__doc__ = """One change: what ``anchor`` matches (a regular expression, multi-line) becomes what ``replacement``
makes of the match."""


class AnchorsNotFound(Exception):
    """The text is not one this repair was made for. Its message names the anchors."""


_HELPERS = '''\
# Changed by TracingStack, in memory only: each name that begins with _tracingstack, and the lines
# that use one. The file in the image is as it was shipped.
import os as _tracingstack_os

# Attributes of each trace's first span. Filled after this process has shown that the repair works.
TRACINGSTACK_EVIDENCE = {}
# Where a task stands: (trace context, its innermost span, where it stood before) or None. A task
# inherits it from the one that started it, which is how its spans get the right parent.
_tracingstack_position = contextvars.ContextVar("tracingstack_position", default=None)


def _tracingstack_innermost(context):
    """This task's position in a trace; spans that others have closed meanwhile are passed over."""
    position = _tracingstack_position.get()
    while position is not None and (position[0] is not context or position[1].span_id not in context.spans):
        position = position[2]
    return position


def _tracingstack_current(context):
    """The span this task stands in. Where it does not know, the one its trace began with: that is
    never another task's."""
    position = _tracingstack_innermost(context)
    return position[1] if position is not None else next(iter(context.entries.values()), None)


def _tracingstack_enter(context, span):
    outer = _tracingstack_innermost(context)
    context.spans[span.span_id] = span
    _tracingstack_position.set((context, span, outer))


def _tracingstack_leave(context, span):
    """Takes a span off the open ones, or the current one if none is given; None if it is not open."""
    span = span or _tracingstack_current(context)
    if span is None or context.spans.pop(span.span_id, None) is None:
        return None
    context.entries.pop(span.span_id, None)
    here = _tracingstack_position.get()
    if here is not None and here[0] is context:  # else this task belongs to another trace
        _tracingstack_position.set(_tracingstack_innermost(context))
    return span


def _tracingstack_exit(opened):
    """Closes the span that a manager opened: the one this task stands in, else its last. It may
    run in another task than the one that opened it, when a generator is cleaned up."""
    if not opened:
        return
    here = _tracingstack_position.get()
    position = here if any(each is here for each in opened) else opened[-1]
    opened[:] = [each for each in opened if each is not position]
    position[0].pop_span(span=position[1])


def _tracingstack_enclosing(attributes):
    """The trace that a start_trace lies in, or None. A request to the server never lies in one: a
    web server may run it with the context variables of an earlier one on the same connection."""
    context = CURRENT_TRACE_CONTEXT.get()
    if context is None or not context.entries or (attributes or {}).get("__location__") == "server":
        return None
    return context


def _tracingstack_begin(context, name, attributes):
    span = context.push_span(name, attributes)
    context.entries[span.span_id] = span


def _tracingstack_marked(attributes):
    if not TRACINGSTACK_EVIDENCE:
        return attributes
    return {**(attributes or {}), **TRACINGSTACK_EVIDENCE, "process.pid": _tracingstack_os.getpid()}


def _tracingstack_end(context, status):
    """Ends what this task's start_trace began, and the trace with the last of these."""
    position = _tracingstack_innermost(context)
    while position is not None and position[1].span_id not in context.entries:
        position = position[2]
    span = position[1] if position is not None else next(reversed(context.entries.values()), None)
    if span is not None:
        context.pop_span(status, span)
    if not context.entries:
        CURRENT_TRACE_CONTEXT.set(None)


'''

_COMMENTS = r"(?:        #[^\n]*\n)*"

EDITS = (
    Edit(
        "spans of each trace",
        # The second line is as shipped; a later repair of others has the last one instead.
        r"^class TraceContext:\n"
        r"(?:    spans: [Ll]ist\[Span\] = \[\]\n\n)?"
        r"(    def __init__\(self, logger: BackgroundLogger, trace_id: str\):\n"
        r"        self\.logger = logger\n"
        r"        self\.trace_id = trace_id\n)" + _COMMENTS +
        r"(?:        self\.spans(?:: [Ll]ist\[Span\])? = \[\]\n)?",
        lambda match: _HELPERS + "class TraceContext:\n" + match.group(1)
        + "        self.spans = {}  # the open ones, by id\n"
        + "        self.entries = {}  # of these, the ones that start_trace opened\n",
    ),
    Edit(
        "opening a span",
        r"^        self\.spans\.append\(span\)\n",
        lambda match: "        _tracingstack_enter(self, span)\n",
    ),
    Edit(
        "closing a span",
        r"^    def pop_span\(self, status: SpanStatus = SpanStatus\.OK\):\n"
        r"        span = self\.spans\.pop\(\)\n",
        lambda match: "    def pop_span(self, status: SpanStatus = SpanStatus.OK, span: Any = None):\n"
        "        span = _tracingstack_leave(self, span)\n",
    ),
    Edit(
        "current span",
        r"^        return self\.spans\[-1\] if self\.spans else None\n",
        lambda match: "        return _tracingstack_current(self)\n",
    ),
    Edit(
        "trace within a trace",
        r"^    trace_id = (generate_trace_id\(\)|generate_short_uuid\(16\))\n"
        r"    context = TraceContext\(BACKGROUND_LOGGER, trace_id\)\n",
        lambda match: "    context = _tracingstack_enclosing(attributes)\n"
        "    if context is not None:\n"
        "        _tracingstack_begin(context, name, attributes)\n"
        "        return context\n\n" + match.group(0),
    ),
    Edit(
        "first span of a trace",
        r"^    context\.push_span\(name, ([^\n]+)\)\n",
        lambda match: "    _tracingstack_begin(context, name, _tracingstack_marked(%s))\n" % match.group(1),
    ),
    Edit(
        "end of a trace",
        r"^    context\.pop_span\(status\)\n    CURRENT_TRACE_CONTEXT\.set\(None\)\n",
        lambda match: "    _tracingstack_end(context, status)\n",
    ),
    Edit(
        "span manager",
        r"^        self\.span = None\n",
        lambda match: match.group(0) + "        self.opened = []  # positions\n",
    ),
)

_ENTER = (
    r"^(    %s\(self\):\n"
    r"        global CURRENT_TRACE_CONTEXT\n"
    r"        context = CURRENT_TRACE_CONTEXT\.get\(\)\n"
    r"        if not context:\n"
    r"            logger\.debug\([^\n]*\)\n"
    r"            return self\n\n"
    r"        self\.span = context\.push_span\(self\.name, self\.attributes\)\n)"
)
_EXIT = (
    r"^(    %s\(self, exc_type, exc_value, traceback\):\n)"
    r"        global CURRENT_TRACE_CONTEXT\n"
    r"        context = CURRENT_TRACE_CONTEXT\.get\(\)\n"
    r"        if not context:\n"
    r"            logger\.debug\([^\n]*\)\n"
    r"            return\n\n"
    r"        context\.pop_span\(\)\n"
)
EDITS += tuple(
    Edit(
        definition.split()[-1],
        pattern % definition,
        lambda match, line=line: match.group(1) + line,
    )
    for pattern, line, definitions in (
        (_ENTER, "        self.opened.append(_tracingstack_position.get())\n", ("def __enter__", "async def __aenter__")),
        (_EXIT, "        _tracingstack_exit(self.opened)\n", ("def __exit__", "async def __aexit__")),
    )
    for definition in definitions
)


def repaired(source):
    """The text with all edits made. Raises AnchorsNotFound unless each anchor is there exactly once.

    Anchors are looked for in the text as it is given, never in what an edit has put there.
    """
    found = [(edit, list(re.finditer(edit.anchor, source, re.MULTILINE))) for edit in EDITS]
    wrong = ["%s (%d times)" % (edit.name, len(matches)) for edit, matches in found if len(matches) != 1]
    if wrong:
        raise AnchorsNotFound("not found exactly once: " + ", ".join(wrong))
    result, position = [], 0
    for edit, [match] in sorted(found, key=lambda each: each[1][0].start()):
        result += [source[position : match.start()], edit.replacement(match)]
        position = match.end()
    return "".join(result) + source[position:]
