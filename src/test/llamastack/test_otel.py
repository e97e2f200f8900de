"""The start of OpenTelemetry in the process of a server: real packages, a server of one route."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import unittest

import image

sys.path.append(str(image.ROOT / "testbed/llamastack"))

import otlp_sink  # noqa: E402

PACKAGES = pathlib.Path(sysconfig.get_path("purelib"))
AUTO = PACKAGES / "opentelemetry/instrumentation/auto_instrumentation"
WRAPPER = ("-c", "from opentelemetry.instrumentation.auto_instrumentation import run; run()")
OF_A_SERVER = 2  # the kind of a span
SERVER = """
import fastapi

app = fastapi.FastAPI()


@app.get("/v1/health")
async def health():
    return {}
"""
MAIN = """
import asyncio, multiprocessing, sys


async def send(message):
    assert message.get("status", 200) == 200


async def receive():
    return {"type": "http.request"}


def serve():
    from PACKAGE.core.server.server import app

    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/v1/health", "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))


if __name__ == "__main__":
    workers = [multiprocessing.get_context("spawn").Process(target=serve) for _ in sys.argv[1:]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    workers or serve()
    print("served")
"""


class Start(unittest.TestCase):
    def setUp(self):
        self.sink = otlp_sink.Sink()
        self.addCleanup(self.sink.server_close)
        self.addCleanup(self.sink.shutdown)

    def image(self, package="llama_stack", lacks=None):
        """An image with a server that OpenTelemetry is to trace, and all packages for it but one."""
        given = self.enterContext(image.image())
        shutil.rmtree(given.packages)
        for path in ("", "core/", "core/server/"):
            given.write("%s/%s__init__.py" % (package, path), "")
        given.write(package + "/core/server/server.py", SERVER)
        given.write(package + "-1.5.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1.5.0\n" % package)
        given.main = given.root / "main.py"
        given.main.write_text(MAIN.replace("PACKAGE", package))
        directories = (PACKAGES, PACKAGES / "opentelemetry")  # of which several packages have a part
        (given.packages / "opentelemetry").mkdir()
        for path in (each for directory in directories for each in directory.iterdir()):
            if path.name != "opentelemetry" and not (lacks and path.name.startswith(lacks)):
                (given.packages / path.relative_to(PACKAGES)).symlink_to(path)
        return given

    def serve(self, given, *arguments, wrapper=False, path=(), **variables):
        """Has the server answer; returns the spans of requests that came, and the log."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.sink.endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_METRICS_EXPORTER": "none",
            "OTEL_LOGS_EXPORTER": "none",
            **variables,
        }
        command = [given.python, *((*WRAPPER, given.python) if wrapper else ()), given.main, *arguments]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual((0, "served\n"), (run.returncode, run.stdout), run.stderr)
        spans = self.sink.spans()
        self.sink.bodies.clear()
        self.assertEqual(len(spans), len({span.id for span in spans}), "a span came twice")
        return [span.name for span in spans if span.kind == OF_A_SERVER], run.stderr

    def test_where_nothing_else_does(self):
        given = self.image()
        self.assertEqual(([], ""), self.serve(given))
        report = given.init()
        self.assertEqual(("StarterInstalled", False, "1.5.0", ""), tuple(report[each] for each in ("reason", "applied", "version", "module")))
        names, log = self.serve(given, path=(given.site,))
        self.assertEqual(["GET /v1/health"], names, log)
        self.assertRegex(log, "^TracingStack: OpenTelemetry: Started pid=[0-9]+ \n$")

    def test_not_where_the_wrapper_does(self):
        given = self.image()
        given.init()
        self.assertEqual((["GET /v1/health"], ""), self.serve(given, wrapper=True, path=(given.site,)))

    def test_not_where_injection_does(self):
        given = self.image()
        given.init()
        self.assertEqual((["GET /v1/health"], ""), self.serve(given, path=(AUTO, given.site)))
        names, log = self.serve(given, path=(given.site, AUTO))
        self.assertEqual(["GET /v1/health"], names)
        self.assertIn("OpenTelemetry: AlreadyStarted pid=", log)

    def test_in_each_worker_and_in_no_other_process(self):
        given = self.image()
        given.init()
        # Beside the workers there are the process that started them, and a tracker of resources.
        names, log = self.serve(given, "worker", "worker", path=(given.site,))
        self.assertEqual(["GET /v1/health"] * 2, names, log)
        self.assertEqual(2, len(set(re.findall("Started pid=([0-9]+)", log))), log)
        self.assertEqual(2, log.count("\n"), log)

    def test_of_ogx(self):
        given = self.image("ogx")
        report = given.init()
        self.assertEqual(("StarterInstalled", "1.5.0"), (report["reason"], report["version"]))
        self.assertEqual(["GET /v1/health"], self.serve(given, path=(given.site,))[0])

    def test_also_where_tracing_modules_are_to_be_left_alone(self):
        self.assertEqual("StarterInstalled", self.image().init(TRACINGSTACK_PATCH="never")["reason"])

    def test_an_image_that_lacks_a_package_says_which(self):
        for package, lacks in (
            ("opentelemetry-instrumentation", "instrumentation"),
            ("opentelemetry-distro", "opentelemetry_distro-"),
            ("opentelemetry-exporter-otlp-proto-http", "opentelemetry_exporter_otlp_proto_http-"),
            ("opentelemetry-instrumentation-fastapi", "opentelemetry_instrumentation_fastapi-"),
        ):
            with self.subTest(package):
                given = self.image(lacks=lacks)
                report = given.init()
                self.assertEqual(("NoInstrumentation", False), (report["reason"], report["applied"]))
                self.assertTrue(report["message"].endswith("lacks " + package), report["message"])
                self.assertEqual([], os.listdir(given.target))
        self.assertEqual(([], ""), self.serve(given, path=(given.site,)))

    def test_an_image_says_whether_its_calls_hand_a_trace_on(self):
        given = self.image()
        self.assertIs(False, given.init()["handsOn"])
        given.write("client-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: client\nVersion: 1\n")
        given.write("client-1.dist-info/entry_points.txt", "[opentelemetry_instrumentor]\nhttpx = client:Instrumentor\n")
        self.assertIs(True, given.init()["handsOn"])

    def test_a_fastapi_that_makes_spans_itself_needs_no_instrumentation(self):
        given = self.image(lacks="opentelemetry_instrumentation_fastapi-")
        (given.packages / "fastapi").unlink()
        given.write("fastapi/telemetry/__init__.py", "")
        self.assertEqual("StarterInstalled", given.init()["reason"])

    def test_its_failure_does_not_stop_the_server(self):
        given = self.image()
        given.init()
        names, log = self.serve(given, path=(given.site,), OTEL_TRACES_EXPORTER="unheard-of")
        self.assertEqual([], names)
        self.assertIn("unheard-of", log)  # OpenTelemetry's own words
        self.assertIn("TracingStack: OpenTelemetry: Failed pid=", log)

    def test_a_damaged_file_of_ours_does_not_stop_the_server(self):
        given = self.image()
        given.init()
        for name in ("tracingstack_otel.py", "tracingstack_log.py"):
            with self.subTest(name):
                whole = (given.site / name).read_text()
                (given.site / name).write_text("raise RuntimeError('damaged')")
                names, log = self.serve(given, path=(given.site,))
                (given.site / name).write_text(whole)
                self.assertEqual([], names)
                self.assertIn("damaged", log)


if __name__ == "__main__":
    unittest.main()
