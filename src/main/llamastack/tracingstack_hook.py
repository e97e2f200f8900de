"""Repairs llama-stack's tracing module in the process that imports it, and says so.

An import hook hands the interpreter the edited text in place of the shipped one. So no path has to
be known and no file of the image is touched, and compiled files of any kind play no part. After the
module has run, the checks run on it, here, in this process. Only then do its spans carry
``tracingstack.llamastack.patch`` and ``process.pid``: the code that runs is what writes them, so a
worker that runs something else cannot.

Nothing here keeps a server from starting. If anything goes wrong, the module is loaded as shipped,
and one line on stderr says why.
"""

import hashlib
import importlib.util
import sys

import tracingstack_log

MODULE = "llama_stack.providers.utils.telemetry.tracing"
ATTRIBUTE = "tracingstack.llamastack.patch"


def digest(text):
    """SHA-256 of a text (as UTF-8) or of bytes, in hexadecimal."""
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode("utf-8")).hexdigest()


def install():
    """Puts the hook before all other finders; once only, whoever calls it."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())


def say(reason, details=""):
    tracingstack_log.say("llama-stack tracing", reason, details)


class Finder:
    """Finds the tracing module where the other finders do, and puts our loader around theirs."""

    def find_spec(self, name, path=None, target=None):
        if name != MODULE:
            return None
        try:
            spec = self._shipped(name, path, target)
            if spec is None or spec.loader is None:
                return None
            if not spec.origin or not spec.origin.endswith(".py"):
                say("SourceMissing", "module=%s" % spec.origin)
                return None
            spec.loader = Loader(spec.loader, spec.origin)
            return spec
        except Exception as problem:
            say("Failed", repr(problem))
            return None

    def _shipped(self, name, path, target):
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find and finder is not self else None
            if spec is not None:
                return spec
        return None

    def invalidate_caches(self):
        """Nothing is cached."""


class Loader:
    """Loads the module from its edited text, or, where that fails, as the shipped loader does."""

    def __init__(self, shipped, path):
        self._shipped = shipped
        self._path = path
        self._text = None

    def __getattr__(self, name):
        if name == "_shipped":  # of a copy that has no state yet
            raise AttributeError(name)
        return getattr(self._shipped, name)

    def create_module(self, spec):
        return self._shipped.create_module(spec)

    def get_source(self, name=None):
        """The text that runs, for tracebacks."""
        return self._text if self._text is not None else self._shipped.get_source(name)

    def exec_module(self, module):
        before = dict(module.__dict__)
        try:
            reason, details = self._exec_repaired(module)
        except Exception as problem:
            reason, details = type(problem).__name__, str(problem)
        if reason != "Applied":
            self._text = None
            module.__dict__.clear()
            module.__dict__.update(before)
            self._shipped.exec_module(module)
        say(reason, details)

    def _exec_repaired(self, module):
        import tracingstack_checks
        import tracingstack_edits

        shipped = self._shipped.get_data(self._path)
        self._text = tracingstack_edits.repaired(importlib.util.decode_source(shipped))
        # A name that no file has: a traceback then shows the text that runs, not the file's.
        exec(compile(self._text, self._path + " as repaired by TracingStack", "exec", dont_inherit=True), module.__dict__)
        failed = [name for name, passed in tracingstack_checks.run(module).items() if not passed]
        if failed:
            return "SelfTestFailed", "failed: " + ",".join(failed)
        module.TRACINGSTACK_EVIDENCE[ATTRIBUTE] = digest(self._text)[:12]
        return "Applied", "before=%s after=%s" % (digest(shipped), digest(self._text))
