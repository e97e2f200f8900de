"""Init container: decides what a server of this image needs to be traced well, and installs it.

It runs in the server's own image, with the Python that image runs the server with. What it installs
is a directory for PYTHONPATH, and one of two things is in it:

- where llama-stack traces by itself, what repairs that in the server (see tracingstack_hook.py). It
  is installed only when this image's module fails the checks as shipped and passes them repaired,
  both shown here, each in a process of its own;
- where OpenTelemetry is to trace, what starts it in the server unless the server's own start does
  (see tracingstack_otel.py). It is installed only when the image has the packages.

In every other case the server runs as it is shipped. Nothing outside the target is written.

Environment:
  TRACINGSTACK_TARGET  directory shared with the server; ``site`` in it is what PYTHONPATH names
  TRACINGSTACK_PATCH   "never" leaves a tracing module alone
  TERMINATION_LOG      where the report goes, besides stdout
  PYTHONPATH           the image's own, if it has one: the server's is ours, so it is kept there

Report: one line of JSON, below 4 KiB:
  version     llama-stack's or OGX's, as installed; "" when unknown
  python      version of the interpreter
  module      path of tracing.py; "" when there is none
  pythonPath  the image's own PYTHONPATH
  before      sha256 of tracing.py as shipped, and checks: name → passed
  after       the same of the repaired text
  applied     true when the repair is installed
  handsOn     only of StarterInstalled: whether calls of model servers get the trace's context
  reason      Applied | AlreadyFixed | PatchDisabled | VersionTooOld | SourceMissing |
              AnchorsNotFound | SelfTestFailed; without a tracing.py StarterInstalled |
              NoInstrumentation; PackageMissing | TargetNotWritable | Failed
              (NoPython comes from repair.sh)
  message     for people

Spans of a repaired server carry the first twelve digits of ``after.sha256``.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(HERE)

import tracingstack_edits  # noqa: E402
import tracingstack_hook  # noqa: E402
import tracingstack_otel  # noqa: E402

REPAIR_FILES = ("sitecustomize.py", "tracingstack_log.py", "tracingstack_hook.py", "tracingstack_edits.py", "tracingstack_checks.py")
STARTER_FILES = ("sitecustomize.py", "tracingstack_log.py", "tracingstack_otel.py")
SELF_TEST_SECONDS = 120
OLDEST = (0, 1, 7)
# OpenTelemetry's Python injection puts its own sitecustomize before ours and does not run others,
# but it loads the entry points of this group.
ENTRY_POINTS = "[opentelemetry_pre_instrument]\ntracingstack = tracingstack_hook:install\n"
METADATA = "Metadata-Version: 2.1\nName: tracingstack-llamastack\nVersion: 1\n"


class NotApplicable(Exception):
    """The server stays as it is shipped: a reason for machines and a text for people."""

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


def installed_version(package):
    """The version of the package as installed, or ""."""
    try:
        from importlib.metadata import version

        return version(package.replace("_", "-"))
    except Exception:
        return ""


def find_server():
    """The server's package and where it is, without importing anything of it."""
    for name in tracingstack_otel.SERVERS:
        package = importlib.util.find_spec(name)
        if package is not None and package.submodule_search_locations:
            return name, package.submodule_search_locations
    raise NotApplicable("PackageMissing", "%s has none of the packages %s" % (sys.executable, ", ".join(tracingstack_otel.SERVERS)))


def find_module(locations):
    """The path of tracing.py, or ""."""
    relative = os.path.join(*tracingstack_hook.MODULE.split(".")[1:])
    for location in locations:
        path = os.path.join(location, relative)
        if os.path.isfile(path + ".py") or os.path.isfile(path + ".pyc"):
            return path + ".py"
    return ""


def self_test(pythonpath):
    """What selftest.py prints, run with the given directory first on PYTHONPATH (None: without)."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    entries = [pythonpath, environment.pop("PYTHONPATH", None)]
    if any(entries):
        environment["PYTHONPATH"] = os.pathsep.join(entry for entry in entries if entry)
    try:
        run = subprocess.run(
            [sys.executable, os.path.join(HERE, "selftest.py")],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=SELF_TEST_SECONDS,
        )
        result = json.loads(run.stdout.decode("utf-8", "replace").strip().rpartition("\n")[2])
    except subprocess.TimeoutExpired:
        raise NotApplicable("SelfTestFailed", "the self-test took more than %d s" % SELF_TEST_SECONDS)
    except ValueError:
        last = run.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise NotApplicable("SelfTestFailed", "the self-test ended with status %d: %s" % (run.returncode, last))
    if "error" in result:
        raise NotApplicable("SelfTestFailed", "tracing.py does not load: %s" % result["error"])
    return result


def decide(report, target):
    """Fills the report while it goes; returns reason and message. Raises NotApplicable."""
    name, locations = find_server()
    report["version"] = installed_version(name)
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", report["version"])
    if name == "llama_stack" and numbers and tuple(int(number) for number in numbers.groups()) < OLDEST:
        raise NotApplicable("VersionTooOld", "llama-stack %s keeps its trace in a global variable" % report["version"])
    report["module"] = find_module(locations)
    if not report["module"]:
        return start_in_process(report, target)
    if os.environ.get("TRACINGSTACK_PATCH") == "never":
        raise NotApplicable("PatchDisabled", "spec.llamaStack.patch is Never")
    return repair(report, target)


def start_in_process(report, target):
    missing = tracingstack_otel.missing()
    if missing:
        raise NotApplicable("NoInstrumentation", "no request can be traced: the image lacks %s" % ", ".join(missing))
    report["handsOn"] = tracingstack_otel.hands_on()
    staged = os.path.join(target, ".site.partial")
    install(staged, STARTER_FILES)
    os.rename(staged, os.path.join(target, "site"))
    return "StarterInstalled", "OpenTelemetry's packages are in the image, and are started with the server if its own start does not"


def repair(report, target):
    path = report["module"]
    report["before"]["checks"] = self_test(None)["checks"]
    if all(report["before"]["checks"].values()):
        raise NotApplicable("AlreadyFixed", "tracing.py passes the checks as it is shipped")
    if not os.path.isfile(path):
        raise NotApplicable("SourceMissing", "the image has the compiled module only")
    with open(path, "rb") as file:
        shipped = file.read()
    report["before"]["sha256"] = tracingstack_hook.digest(shipped)
    try:
        repaired = tracingstack_edits.repaired(importlib.util.decode_source(shipped))
    except tracingstack_edits.AnchorsNotFound as problem:
        raise NotApplicable("AnchorsNotFound", "tracing.py is not as any known release has it: %s" % problem)
    report["after"]["sha256"] = tracingstack_hook.digest(repaired)
    staged = os.path.join(target, ".site.partial")
    install(staged, REPAIR_FILES)
    result = self_test(staged)
    report["after"]["checks"] = result["checks"]
    if result["patch"] != report["after"]["sha256"][:12] or not all(result["checks"].values()):
        raise NotApplicable("SelfTestFailed", "the repaired tracing.py does not pass the checks")
    os.rename(staged, os.path.join(target, "site"))
    return "Applied", "tracing of llama-stack %s is repaired in memory when the server starts" % (report["version"] or "(unknown)")


def install(directory, files):
    """Makes the directory that is to be on PYTHONPATH."""
    shutil.rmtree(directory, ignore_errors=True)
    os.mkdir(directory)
    for name in files:
        # Neither mode nor links of a ConfigMap: the server may run as another user.
        shutil.copyfile(os.path.join(HERE, name), os.path.join(directory, name))
    write(os.path.join(directory, "image-pythonpath"), os.environ.get("PYTHONPATH", ""))
    if "tracingstack_hook.py" in files:
        information = os.path.join(directory, "tracingstack_llamastack-1.dist-info")
        os.mkdir(information)
        write(os.path.join(information, "entry_points.txt"), ENTRY_POINTS)
        write(os.path.join(information, "METADATA"), METADATA)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def keep_pythonpath(site):
    """The server's PYTHONPATH names our directory and so hides the image's: where there is nothing
    to install, a sitecustomize that restores it is all there is in ours."""
    if os.environ.get("PYTHONPATH"):
        install(site, ("sitecustomize.py",))


def run(report, target):
    """The whole decision: every way it can end is in the report."""
    site = os.path.join(target, "site")
    try:
        shutil.rmtree(site, ignore_errors=True)  # of an earlier run of this container
        try:
            report["reason"], report["message"] = decide(report, target)
            report["applied"] = report["reason"] == "Applied"
        finally:
            shutil.rmtree(os.path.join(target, ".site.partial"), ignore_errors=True)
            if not os.path.isdir(site):
                keep_pythonpath(site)
    except NotApplicable as decision:
        report["reason"], report["message"] = decision.reason, str(decision)
    except OSError as problem:
        report["reason"], report["message"] = "TargetNotWritable", str(problem)
    except Exception as problem:
        report["reason"], report["message"] = "Failed", repr(problem)


def main():
    os.umask(0o022)
    report = {
        "version": "",
        "python": sys.version.split()[0],
        "module": "",
        "pythonPath": os.environ.get("PYTHONPATH", "")[:500],
        "before": {"sha256": "", "checks": {}},
        "after": {"sha256": "", "checks": {}},
        "applied": False,
        "reason": "",
        "message": "",
    }
    run(report, os.environ.get("TRACINGSTACK_TARGET", "/tracingstack/llamastack"))
    report["message"] = report["message"][:500]
    line = json.dumps(report, separators=(",", ":"))
    print(line, flush=True)
    try:
        write(os.environ.get("TERMINATION_LOG", "/dev/termination-log"), line + "\n")
    except OSError as problem:
        print("repair: %s" % problem, file=sys.stderr)


if __name__ == "__main__":
    main()
