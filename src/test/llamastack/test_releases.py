"""The edits, on every kind of tracing.py that was ever released, each with its release's own
packages around it."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import image

IN_RANGE = [version for version in image.versions() if version not in ("0.1.6", "0.4.4")]

# Loads a release's module as shipped and repaired, in one process, and runs the checks on both.
LOAD = """
import importlib, json, sys, types
sys.path[:0] = [%(repair)r]
import tracingstack_checks, tracingstack_edits
package = types.ModuleType("llama_stack")
package.__path__ = [%(release)r + "/llama_stack"]
sys.modules["llama_stack"] = package
shipped = importlib.import_module(%(module)r)
results = [tracingstack_checks.run(shipped), tracingstack_checks.run(shipped)]
text = tracingstack_edits.repaired(open(shipped.__file__).read())
repaired = types.ModuleType(%(module)r)
exec(compile(text, "repaired", "exec"), repaired.__dict__)
results += [tracingstack_checks.run(repaired), tracingstack_checks.run(repaired)]
print(json.dumps(results + [shipped.BACKGROUND_LOGGER, repaired.BACKGROUND_LOGGER]))
"""


def load(version):
    code = LOAD % {"repair": str(image.REPAIR), "release": str(image.RELEASES / version), "module": image.MODULE}
    run = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True)
    if run.returncode != 0:
        raise AssertionError(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])


class Releases(unittest.TestCase):
    def test_the_releases_are_the_ones_the_repair_is_for(self):
        self.assertEqual(11, len(IN_RANGE))

    def test_each_has_all_three_defects_as_shipped_and_none_repaired(self):
        for version in IN_RANGE:
            with self.subTest(version):
                *results, shipped_logger, repaired_logger = load(version)
                defects = dict.fromkeys(("requests", "nesting", "tasks"), False)
                # Twice each: the checks leave nothing behind that would change what they show.
                self.assertEqual([defects] * 2 + [dict.fromkeys(defects, True)] * 2, results)
                self.assertEqual([None, None], [shipped_logger, repaired_logger])

    def test_all_that_is_not_ours_stays(self):
        for version in IN_RANGE:
            with self.subTest(version):
                shipped = image.released(version).splitlines()
                repaired = image.repaired_text("\n".join(shipped)).splitlines()
                gone = {line.strip() for line in shipped} - {line.strip() for line in repaired}
                self.assertLessEqual(len(gone), 10, gone)

    def test_an_older_release_is_not_touched(self):
        with self.assertRaisesRegex(Exception, "not found exactly once"):
            image.repaired_text(image.released("0.1.6"))


class Installations(unittest.TestCase):
    """The init container's program on unpacked releases."""

    def report(self, version):
        with tempfile.TemporaryDirectory() as directory:
            run = subprocess.run(
                ["/bin/sh", str(image.REPAIR / "repair.sh")],
                env={
                    "PATH": str(image.RELEASES / "venv/bin"),
                    "PYTHONPATH": str(image.RELEASES / version),
                    "TRACINGSTACK_TARGET": directory,
                    "TERMINATION_LOG": directory + "/log",
                },
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(run.stdout, pathlib.Path(directory, "log").read_text())
            return json.loads(run.stdout)

    def test_the_oldest_and_the_newest_in_range(self):
        for version in (IN_RANGE[0], IN_RANGE[-1]):
            with self.subTest(version):
                report = self.report(version)
                self.assertEqual((version, "Applied", True), (report["version"], report["reason"], report["applied"]))

    def test_before_and_after_the_range(self):
        for version, reason in (("0.1.6", "VersionTooOld"), ("0.4.4", "StarterInstalled")):
            with self.subTest(version):
                report = self.report(version)
                self.assertEqual((version, reason, False), (report["version"], report["reason"], report["applied"]))


if __name__ == "__main__":
    unittest.main()
