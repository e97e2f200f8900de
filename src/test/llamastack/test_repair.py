"""The init container's program, on images of every kind."""

import os
import py_compile
import shutil
import subprocess
import unittest

import image
from image import released, repaired_text

RANDOM_UID = "1234567"
AS_NOBODY = ("setpriv", "--reuid", RANDOM_UID, "--regid", RANDOM_UID, "--clear-groups")
ALL_FAIL = {"requests": False, "nesting": False, "tasks": False}
ALL_PASS = dict.fromkeys(ALL_FAIL, True)

INSTANCE_SPANS = released().replace("    spans: list[Span] = []\n\n", "").replace(
    "        self.trace_id = trace_id\n", "        self.trace_id = trace_id\n        self.spans: list[Span] = []\n"
)


class Repair(unittest.TestCase):
    def assert_applied(self, given, report, before=ALL_FAIL):
        self.assertEqual(("Applied", True), (report["reason"], report["applied"]), report)
        self.assertEqual((before, ALL_PASS), (report["before"]["checks"], report["after"]["checks"]))
        served = given.serve("print(json.dumps(load().TRACINGSTACK_EVIDENCE))")
        self.assertIn(report["after"]["sha256"][:12], served.stdout, served.stderr)

    def assert_not_applied(self, given, report, reason):
        self.assertEqual((reason, False), (report["reason"], report["applied"]), report)
        self.assertTrue(report["message"])
        self.assertEqual([], os.listdir(given.target))

    def assert_refused(self, reason, tracing, **arguments):
        with image.image(tracing=tracing, **arguments) as given:
            report = given.init()
            self.assert_not_applied(given, report, reason)
            return report

    def test_as_released(self):
        with image.image() as given:
            report = given.init()
            self.assert_applied(given, report)
            self.assertEqual(("0.3.5", str(given.tracing), ""), (report["version"], report["module"], report["pythonPath"]))
            self.assertEqual("29a233eab12c", report["before"]["sha256"][:12])

    def test_every_shell(self):
        for shell in ("bash", "dash", "busybox"):
            if not shutil.which(shell):
                self.skipTest("no " + shell)
            with self.subTest(shell), image.image() as given:
                path = shutil.which(shell)
                prefix = (path,) if shell == "busybox" else ()
                self.assert_applied(given, given.init(*prefix, shell="sh" if prefix else path))

    def test_a_second_run_takes_the_place_of_the_first(self):
        with image.image() as given:
            given.init()
            self.assert_applied(given, given.init())
            given.tracing.write_text("")
            self.assert_not_applied(given, given.init(), "AnchorsNotFound")

    def test_compiled_files_of_every_kind(self):
        for mode in py_compile.PycInvalidationMode:
            with self.subTest(mode.name), image.image() as given:
                py_compile.compile(str(given.tracing), invalidation_mode=mode)
                self.assert_applied(given, given.init())

    def test_a_compiled_file_that_hides_a_repaired_source(self):
        with image.image() as given:
            py_compile.compile(str(given.tracing), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            given.tracing.write_text(repaired_text(released()))
            report = given.init()
            # What the file says is not what runs.
            self.assertEqual(ALL_FAIL, report["before"]["checks"])
            self.assert_not_applied(given, report, "AnchorsNotFound")

    def test_a_compiled_file_without_source(self):
        with image.image() as given:
            py_compile.compile(str(given.tracing), cfile=str(given.tracing) + "c")
            given.tracing.unlink()
            self.assert_not_applied(given, given.init(), "SourceMissing")

    def test_a_distributors_edits(self):
        with image.image(tracing="import os\n" + released().replace("async def end_trace", "# here\nasync def end_trace")) as given:
            self.assert_applied(given, given.init())
        report = self.assert_refused("AnchorsNotFound", released().replace("self.spans.append(span)", "self.spans += [span]"))
        self.assertIn("opening a span (0 times)", report["message"])
        twice = self.assert_refused("AnchorsNotFound", released() + "\n\nclass Other:\n    def f(self):\n        self.spans.append(span)\n")
        self.assertIn("opening a span (2 times)", twice["message"])

    def test_repaired_by_others(self):
        report = self.assert_refused("AlreadyFixed", repaired_text(released()))
        self.assertEqual(ALL_PASS, report["before"]["checks"])

    def test_repaired_in_part_by_others(self):
        with image.image(tracing=INSTANCE_SPANS) as given:
            self.assert_applied(given, given.init(), before=dict(ALL_FAIL, requests=True))

    def test_an_empty_file(self):
        self.assert_refused("AnchorsNotFound", "")

    def test_a_file_that_does_not_load(self):
        report = self.assert_refused("SelfTestFailed", "import a_package_that_is_not_there\n")
        self.assertIn("a_package_that_is_not_there", report["message"])

    def test_a_file_that_ends_the_process(self):
        self.assert_refused("SelfTestFailed", "import os\nos._exit(3)\n")

    def test_edits_that_do_not_help(self):
        # The anchors are all there, but something after them undoes what they mean.
        undone = released() + "\n\nTraceContext.get_current_span = lambda self: None\n"
        report = self.assert_refused("SelfTestFailed", undone)
        self.assertEqual({"before", "after"}, {each for each in ("before", "after") if report[each]["sha256"]})

    def test_no_tracing_module_and_nothing_else_that_traces(self):
        with image.image() as given:
            shutil.rmtree(given.tracing.parent)
            self.assert_not_applied(given, given.init(), "NoInstrumentation")

    def test_a_module_that_is_to_be_left_alone(self):
        with image.image() as given:
            self.assert_not_applied(given, given.init(TRACINGSTACK_PATCH="never"), "PatchDisabled")

    def test_no_package(self):
        with image.image() as given:
            shutil.rmtree(given.packages)
            self.assert_not_applied(given, given.init(PATH=str(given.bin)), "PackageMissing")

    def test_a_version_before_context_variables(self):
        self.assert_refused("VersionTooOld", released("0.1.6"), version="0.1.6")

    def test_a_distributors_version(self):
        with image.image(version="0.3.5.1+rhai0") as given:
            report = given.init()
            self.assert_applied(given, report)
            self.assertEqual("0.3.5.1+rhai0", report["version"])

    def test_the_python_that_starts_the_server_is_the_one_asked(self):
        with image.image() as given:
            (given.bin / "python3").rename(given.bin / "python3.own")
            script = given.bin / "llama"
            script.write_text("#!%s\n" % (given.bin / "python3.own"))
            script.chmod(0o755)
            self.assertEqual("Applied", given.init()["reason"])

    def test_the_images_own_pythonpath_is_kept(self):
        for tracing, reason in ((None, "Applied"), ("", "AnchorsNotFound")):
            with self.subTest(reason), image.image(tracing=tracing) as given:
                extra = given.root / "extra"
                extra.mkdir()
                (extra / "of_the_image.py").write_text("")
                report = given.init(PYTHONPATH=str(extra))
                self.assertEqual((reason, str(extra)), (report["reason"], report["pythonPath"]))
                served = given.serve("import of_the_image; print(sys.path.index(%r))" % str(extra))
                self.assertEqual("", served.stderr)
                self.assertEqual("2", served.stdout.strip())  # after '' and our directory

    def test_nothing_but_the_target_is_written(self):
        with image.image() as given:

            def files():
                return {path: path.stat().st_mtime_ns for path in given.root.rglob("*") if given.target not in (path, *path.parents)}

            before = files()
            given.init()
            self.assertEqual({given.log}, {path for path, _ in files().items() ^ before.items()})


def python_for_anybody():
    """A Python that another user may run: the tests' own may be in somebody's home."""
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        if os.access("/usr/bin/" + name, os.X_OK):
            return "/usr/bin/" + name
    return None


@unittest.skipUnless(os.getuid() == 0 and python_for_anybody(), "needs root, to be somebody else, and a Python in /usr/bin")
class AnyUser(unittest.TestCase):
    """A user that nobody knows, who may write to the volume and the termination log only."""

    def image(self, **arguments):
        given = self.enterContext(image.image(python=python_for_anybody(), **arguments))
        given.target.chmod(0o777)
        given.log.touch()
        given.log.chmod(0o666)
        return given

    def test_repairs_and_serves(self):
        given = self.image()
        report = given.init(*AS_NOBODY)
        self.assertEqual("Applied", report["reason"], report)
        another = [word.replace(RANDOM_UID, "7654321") for word in AS_NOBODY]
        served = given.serve("print(load().TRACINGSTACK_EVIDENCE)", prefix=another)
        self.assertIn(report["after"]["sha256"][:12], served.stdout, served.stderr)

    def test_a_volume_that_cannot_be_written(self):
        given = self.image()
        given.target.chmod(0o555)
        report = given.init(*AS_NOBODY)
        self.assertEqual(("TargetNotWritable", False), (report["reason"], report["applied"]), report)

    def test_a_read_only_root(self):
        # A file system of its own, read-only, with the volume and the log mounted into it.
        given = self.image()
        script = """
            set -e
            mount --bind %(root)s %(root)s
            mount -t tmpfs -o mode=0777 tmpfs %(root)s/volume
            mount --bind %(root)s/termination-log %(root)s/termination-log
            mount -o remount,bind,ro %(root)s
            ! touch %(root)s/bin/x 2>/dev/null
            exec "$@"
        """ % {"root": given.root}
        run = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", "true"], capture_output=True, text=True)
        if run.returncode != 0:
            self.skipTest("cannot mount here: " + run.stderr)
        report = given.init("unshare", "--mount", "sh", "-c", script, "sh", *AS_NOBODY)
        self.assertEqual("Applied", report["reason"], report)


@unittest.skipUnless(os.getuid() == 0 and shutil.which("busybox"), "needs root and busybox, for a root of its own")
class NoPython(unittest.TestCase):
    def test_is_said(self):
        with image.image() as given:
            shutil.copy(shutil.which("busybox"), given.root / "busybox")
            shutil.copy(image.REPAIR / "repair.sh", given.root / "repair.sh")
            (given.root / "dev").mkdir()
            (given.root / "dev/null").write_text("")
            run = subprocess.run(
                [shutil.which("chroot"), str(given.root), "/busybox", "sh", "/repair.sh"],
                env={"PATH": "/nowhere", "TERMINATION_LOG": "/termination-log"},
                capture_output=True,
                text=True,
            )
            self.assertEqual(0, run.returncode, run.stderr)
            self.assertEqual(run.stdout, given.log.read_text())
            self.assertIn('"reason":"NoPython"', run.stdout)


if __name__ == "__main__":
    unittest.main()
