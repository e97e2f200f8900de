"""Makes stand-ins for a server's image: llama-stack's own tracing.py, as released, in a package that
holds nothing else but what it imports. Many variants of it are made in a moment."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).parents[3]
REPAIR = ROOT / "src/main/llamastack"
RELEASES = pathlib.Path(os.environ["LLAMASTACK_RELEASES"])
MODULE = "llama_stack.providers.utils.telemetry.tracing"
TRACING = MODULE.replace(".", "/") + ".py"

_TELEMETRY = '''
import enum


class _Record:
    def __init__(self, **fields):
        self.__dict__.update(fields)


class SpanStatus(enum.Enum):
    OK = "ok"


class LogSeverity(enum.Enum):
    INFO = "info"


class Span(_Record):
    attributes = None


class SpanStartPayload(_Record): pass
class SpanEndPayload(_Record): pass
class StructuredLogEvent(_Record): pass
class UnstructuredLogEvent(_Record): pass


Event = Telemetry = object
'''


def released(version="0.3.5"):
    """The text of a release's tracing.py."""
    return (RELEASES / version / TRACING).read_text()


def versions():
    """All releases that were fetched, oldest first."""
    found = [each.name for each in RELEASES.iterdir() if each.name[0].isdigit()]
    return sorted(found, key=lambda version: [int(number) for number in version.split(".")])


def repaired_text(text):
    sys.path.insert(0, str(REPAIR))
    try:
        import tracingstack_edits

        return tracingstack_edits.repaired(text)
    finally:
        sys.path.remove(str(REPAIR))


class Image:
    """A directory with the package, an empty shared volume and a termination log."""

    def __init__(self, directory, tracing=None, version="0.3.5", python=os.path.join(sys.base_prefix, "bin/python%d.%d" % sys.version_info[:2])):
        self.root = pathlib.Path(directory)
        self.packages = self.root / "packages"
        self.target = self.root / "volume"
        self.log = self.root / "termination-log"
        self.target.mkdir(parents=True)
        self.write("llama_stack/apis/telemetry.py", _TELEMETRY)
        self.write("llama_stack/log.py", "import logging\n\n\ndef get_logger(name, category=None):\n    return logging.getLogger(name)\n")
        self.write("llama_stack/providers/utils/telemetry/trace_protocol.py", "def serialize_value(value):\n    return value\n")
        self.write("llama_stack/__init__.py", "raise ImportError('this must not be imported')\n")
        for package in ("apis", "providers", "providers/utils", "providers/utils/telemetry"):
            self.write("llama_stack/%s/__init__.py" % package, "")
        self.write("llama_stack-%s.dist-info/METADATA" % version, "Metadata-Version: 2.1\nName: llama-stack\nVersion: %s\n" % version)
        self.tracing = self.write(TRACING, released() if tracing is None else tracing)
        # The image's interpreter knows the package without PYTHONPATH, as a real one does.
        self.bin = self.root / "bin"
        self.bin.mkdir()
        self.python = self.bin / "python3"
        self._venv(pathlib.Path(python))
        self._config_map()

    def _venv(self, python):
        site = self.root / "lib" / python.name / "site-packages"
        site.mkdir(parents=True)
        (self.root / "pyvenv.cfg").write_text("home = %s\ninclude-system-site-packages = false\n" % python.parent)
        self.python.symlink_to(python)
        (site / "image.pth").write_text(str(self.packages) + "\n")

    def _config_map(self):
        """The programs as the kubelet mounts them."""
        mount = self.root / "config-map"
        shutil.copytree(REPAIR, mount / "..2026", ignore=shutil.ignore_patterns("__pycache__"))
        (mount / "..data").symlink_to("..2026")
        for path in REPAIR.glob("*.*"):
            (mount / path.name).symlink_to("..data/" + path.name)
        self.script = mount / "repair.sh"

    def write(self, path, text):
        path = self.packages / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    @property
    def site(self):
        return self.target / "site"

    def init(self, *prefix, shell="/bin/sh", **variables):
        """Runs the init container's program; returns its report."""
        environment = {
            "PATH": "%s:%s" % (self.bin, os.environ["PATH"]),
            "TRACINGSTACK_TARGET": str(self.target),
            "TERMINATION_LOG": str(self.log),
            **variables,
        }
        run = subprocess.run([*prefix, shell, str(self.script)], env=environment, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run
        line = self.log.read_text() if self.log.exists() else run.stdout
        assert line.count("\n") == 1 and len(line) < 4096, line
        return json.loads(line)

    def serve(self, code, *options, prefix=(), site=None, **variables):
        """Runs code in a process of the server's: with our directory on PYTHONPATH, and
        llama_stack's own ``__init__`` left out. Returns the finished process."""
        code = textwrap.dedent(
            """
            import importlib, json, os, sys, types
            package = types.ModuleType("llama_stack")
            package.__path__ = [%r]
            sys.modules["llama_stack"] = package
            def load():
                return importlib.import_module(%r)
            """
            % (str(self.packages / "llama_stack"), MODULE)
        ) + textwrap.dedent(code)
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site or self.site), **variables}
        return subprocess.run([*prefix, str(self.python), *options, "-c", code], env=environment, capture_output=True, text=True, timeout=120)


@contextlib.contextmanager
def image(**arguments):
    directory = tempfile.mkdtemp()
    os.chmod(directory, 0o755)
    try:
        yield Image(os.path.join(directory, "image"), **arguments)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
