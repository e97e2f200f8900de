"""Loads the tracing module of this image as the server would, runs the checks on it, and prints
what they showed as one line of JSON. repair.py runs it twice: without and with the hook on
PYTHONPATH.

llama_stack's own ``__init__`` is left out: it imports the client library, which has no part in this
and doubles time and memory. Everything else is the image's.
"""

import importlib
import importlib.util
import json
import os
import sys
import types

sys.path.append(os.path.dirname(os.path.abspath(__file__)))

import tracingstack_checks  # noqa: E402
import tracingstack_hook  # noqa: E402


def _load():
    found = importlib.util.find_spec("llama_stack")
    package = types.ModuleType("llama_stack")
    package.__spec__ = found
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["llama_stack"] = package
    return importlib.import_module(tracingstack_hook.MODULE)


def main():
    try:
        module = _load()
    except Exception as problem:
        print(json.dumps({"error": "%s: %s" % (type(problem).__name__, problem)}))
        return
    evidence = getattr(module, "TRACINGSTACK_EVIDENCE", {})
    print(json.dumps({"checks": tracingstack_checks.run(module), "patch": evidence.get(tracingstack_hook.ATTRIBUTE, "")}))


if __name__ == "__main__":
    main()
