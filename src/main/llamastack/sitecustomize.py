"""Python runs this file at each start, because its directory is on PYTHONPATH.

It installs the import hook, and then runs the sitecustomize that it hides: Python runs only the
first one on its path, and OpenTelemetry's Python injection, Debian and some images bring their own.
Where OpenTelemetry's comes first, this one is not run; its entry point for programs that come
before instrumentation (see repair.py) then installs the hook.
"""

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


def _install_hook():
    try:
        import tracingstack_hook
    except ImportError:
        return  # only the image's PYTHONPATH is kept here, see repair.py
    tracingstack_hook.install()


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
    _install_hook()
except Exception as problem:
    print("TracingStack: llama-stack tracing: Failed %r" % problem, file=sys.stderr)
_run_next()
