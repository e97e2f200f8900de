"""The import hook, in processes started as a server's are."""

import os
import py_compile
import unittest

import image
from image import released

SHOW = "module = load(); print(json.dumps(module.TRACINGSTACK_EVIDENCE))"
SHIPPED = "module = load(); print(hasattr(module, 'TRACINGSTACK_EVIDENCE'), module.TraceContext.spans)"
# What OpenTelemetry's own sitecustomize does with what was installed beside it.
OPENTELEMETRY = """
from importlib.metadata import entry_points
for entry_point in entry_points(group="opentelemetry_pre_instrument"):
    entry_point.load()()
"""


class Hook(unittest.TestCase):
    def setUp(self):
        self.image = self.enterContext(image.image())
        self.report = self.image.init()
        self.patch = self.report["after"]["sha256"][:12]

    def serve(self, code=SHOW, *options, **arguments):
        served = self.image.serve(code, *options, **arguments)
        self.assertEqual(0, served.returncode, served.stderr)
        return served

    def another_sitecustomize(self, text):
        directory = self.image.root / "another"
        directory.mkdir(exist_ok=True)
        (directory / "sitecustomize.py").write_text(text)
        return directory

    def before_and_after(self, directory):
        return ("%s:%s" % (self.image.site, directory), "%s:%s" % (directory, self.image.site))

    def test_says_so_in_the_log_and_in_the_first_span_of_each_trace(self):
        served = self.serve(
            """
            module = load()
            events = []
            module.BACKGROUND_LOGGER = type("Logger", (), {"log_event": staticmethod(events.append)})
            try:
                module.start_trace("request", {"__location__": "server"}).send(None)
            except StopIteration:
                pass
            with module.span("inner"):
                pass
            print(json.dumps([event.attributes for event in events[:2]]), os.getpid())
            """
        )
        pid = served.stdout.split()[-1]
        self.assertIn('"tracingstack.llamastack.patch": "%s", "process.pid": %s}, null]' % (self.patch, pid), served.stdout)
        self.assertEqual(1, served.stderr.count("\n"))
        self.assertIn("Applied pid=%s before=%s after=%s" % (pid, self.report["before"]["sha256"], self.report["after"]["sha256"]), served.stderr)

    def test_a_forked_worker_has_its_own_pid(self):
        served = self.serve(
            """
            module = load()
            sys.stdout.flush()
            if os.fork() == 0:
                print(module._tracingstack_marked({})["process.pid"] == os.getpid(), flush=True)
                os._exit(0)
            os.wait()
            """
        )
        self.assertEqual("True", served.stdout.strip())

    def test_nothing_is_said_where_the_module_is_not_used(self):
        served = self.serve("import json")
        self.assertEqual(("", ""), (served.stdout, served.stderr))

    def test_options_that_leave_pythonpath_out_leave_the_server_as_shipped(self):
        for option in ("-I", "-E", "-S"):
            with self.subTest(option):
                self.assertEqual("False []", self.serve(SHIPPED, option).stdout.strip())

    def test_other_options_do_not(self):
        for option in ("-P", "-s", "-B", "-O", "-OO"):
            with self.subTest(option):
                self.assertIn(self.patch, self.serve(SHOW, option).stdout)

    def test_a_text_it_does_not_know_is_run_as_shipped(self):
        self.image.tracing.write_text(released().replace("self.spans.append(span)", "self.spans += [span]"))
        served = self.serve(SHIPPED)
        self.assertEqual("False []", served.stdout.strip())
        self.assertIn("AnchorsNotFound", served.stderr)

    def test_a_repair_that_does_not_help_is_taken_back(self):
        self.image.tracing.write_text(released() + "\n\nTraceContext.get_current_span = lambda self: None\n")
        served = self.serve(SHIPPED)
        self.assertEqual("False []", served.stdout.strip())
        self.assertIn("SelfTestFailed", served.stderr)

    def test_a_module_that_fails_fails_as_it_would(self):
        self.image.tracing.write_text(released() + "\n\nimport a_package_that_is_not_there\n")
        served = self.image.serve(SHIPPED)
        self.assertIn("No module named 'a_package_that_is_not_there'", served.stderr)

    def test_a_compiled_module_without_source_is_run_as_it_is(self):
        py_compile.compile(str(self.image.tracing), cfile=str(self.image.tracing) + "c")
        self.image.tracing.unlink()
        served = self.serve(SHIPPED)
        self.assertEqual("False []", served.stdout.strip())
        self.assertIn("SourceMissing", served.stderr)

    def test_a_damaged_file_of_ours_does_not_stop_the_server(self):
        for name in ("tracingstack_log.py", "tracingstack_hook.py", "tracingstack_edits.py", "tracingstack_checks.py"):
            with self.subTest(name):
                damaged = self.image.site / name
                whole = damaged.read_text()
                damaged.write_text("raise RuntimeError('damaged')")
                served = self.serve(SHIPPED)
                damaged.write_text(whole)
                self.assertEqual("False []", served.stdout.strip())
                self.assertIn("damaged", served.stderr)

    def test_an_empty_directory_changes_nothing(self):
        empty = self.image.root / "empty"
        empty.mkdir()
        self.assertEqual("False []", self.serve(SHIPPED, site=empty).stdout.strip())

    def test_the_next_sitecustomize_runs(self):
        directory = self.another_sitecustomize("import sys\nsys.another = __name__, __file__\n")
        served = self.serve(SHOW + "; print(sys.another, sys.modules['sitecustomize'].__file__)", site="%s:%s" % (self.image.site, directory))
        self.assertIn(self.patch, served.stdout)
        self.assertEqual(2, served.stdout.count(str(directory)))

    def test_a_sitecustomize_before_ours_that_does_as_opentelemetrys(self):
        directory = self.another_sitecustomize(OPENTELEMETRY)
        for path in self.before_and_after(directory):
            with self.subTest(path):
                served = self.serve(SHOW + "; print(sum(type(each).__name__ == 'Finder' for each in sys.meta_path))", site=path)
                self.assertIn(self.patch, served.stdout, served.stderr)
                self.assertEqual("1", served.stdout.split()[-1])

    def test_a_sitecustomize_that_fails_does_not_stop_the_server(self):
        directory = self.another_sitecustomize("raise RuntimeError('theirs')\n")
        served = self.serve(SHOW, site="%s:%s" % (self.image.site, directory))
        self.assertIn(self.patch, served.stdout)
        self.assertIn("theirs", served.stderr)

    def test_our_directory_twice_on_the_path(self):
        served = self.serve(SHOW, site="%s:%s" % (self.image.site, self.image.site))
        self.assertIn(self.patch, served.stdout)

    def test_a_traceback_shows_the_text_that_runs(self):
        served = self.serve(
            """
            import traceback
            module = load()
            try:
                module._tracingstack_exit([(1, 2, None)])
            except AttributeError:
                traceback.print_exc()
            """
        )
        self.assertIn("tracing.py as repaired by TracingStack", served.stderr)
        self.assertIn("position[0].pop_span(span=position[1])", served.stderr)

    def test_it_can_be_loaded_again(self):
        self.assertIn(self.patch, self.serve("module = importlib.reload(load()); print(json.dumps(module.TRACINGSTACK_EVIDENCE))").stdout)

    def test_the_volume_is_not_written(self):
        before = sorted(os.listdir(self.image.site))
        self.serve(PYTHONDONTWRITEBYTECODE="1")
        self.assertEqual(before, sorted(os.listdir(self.image.site)))


if __name__ == "__main__":
    unittest.main()
