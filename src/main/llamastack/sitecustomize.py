"""Python runs this file at each start, because its directory is on PYTHONPATH.

It installs what the init container put beside it (see repair.py): the import hook that repairs, or
what starts OpenTelemetry, or neither. Then it runs the sitecustomize that it hides: Python runs only
the first one on its path, and OpenTelemetry's Python injection, Debian and some images bring their
own. Where OpenTelemetry's comes first, this one is not run: OpenTelemetry needs no start then, and
its entry point for programs that come before instrumentation installs the hook.
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


def _restore_pythonpath():
    """Our PYTHONPATH has displaced the image's; the init container wrote that one down."""
    try:
        with open(os.path.join(_here, "image-pythonpath"), encoding="utf-8") as file:
            entries = [entry for entry in file.read().split(os.pathsep) if entry]
    except OSError:
        return
    place = _index() + 1
    sys.path[place:place] = [entry for entry in entries if entry not in sys.path]


def _index():
    """Where this directory is on sys.path; the interpreter has made its entries absolute by now."""
    return next((i for i, entry in enumerate(sys.path) if os.path.abspath(entry) == _here), -1)


def _install():
    for name in ("tracingstack_hook", "tracingstack_otel"):
        if os.path.exists(os.path.join(_here, name + ".py")):
            importlib.import_module(name).install()


def _run_next():
    """Runs the next sitecustomize on the path as if this one were not there: under its name, and
    with its failures left to Python, which reports them and goes on."""
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path[_index() + 1 :])
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


try:
    _restore_pythonpath()
    _install()
except Exception as problem:
    print("TracingStack: Failed %r" % problem, file=sys.stderr)
_run_next()
