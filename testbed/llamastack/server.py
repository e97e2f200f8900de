"""Starts a real llama-stack server with a configuration of its own, and stops it.

Usage: server.py VERSION DIRECTORY VLLM PORT      prints that configuration; OGX's versions are above 1
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

GUARDS = ("guard-one", "guard-two", "guard-three")


def _sqlite(kind, directory, name):
    return {"type": kind, "db_path": "%s/%s.db" % (directory, name)}


def _later_configuration(directory, vllm, port):
    """For 0.4 and later, and OGX, which trace themselves in another way: inference by vLLM."""
    # Stores that are not named here have backends of these names.
    config = {"base_url": vllm, "api_token": "none"}
    return {
        "version": 2,
        "image_name": "bench",
        "apis": ["inference"],
        "providers": {"inference": [{"provider_id": "vllm", "provider_type": "remote::vllm", "config": config}]},
        "storage": {
            "backends": {"kv_default": _sqlite("kv_sqlite", directory, "kv"), "sql_default": _sqlite("sql_sqlite", directory, "sql")},
            "stores": {
                "metadata": {"namespace": "registry", "backend": "kv_default"},
                "inference": {"table_name": "inference", "backend": "sql_default", "num_writers": 1},
                "conversations": {"table_name": "conversations", "backend": "sql_default"},
            },
        },
        "registered_resources": {"models": [{"model_id": "stub-model", "provider_id": "vllm", "provider_model_id": "stub-model"}]},
        "server": {"port": port},
    }


def configuration(version, directory, vllm, otlp, port):
    """run.yaml (as JSON, which is YAML). For 0.2.23 or a 0.3 release: inference by vLLM, three
    guardrails by llama-guard, agents."""
    if not version.startswith(("0.2.", "0.3.")):
        return _later_configuration(directory, vllm, port)
    providers = {
        "inference": [
            {
                "provider_id": "vllm",
                "provider_type": "remote::vllm",
                "config": {"url": vllm, "api_token": "none", "tls_verify": False},
            }
        ],
        "safety": [{"provider_id": "llama-guard", "provider_type": "inline::llama-guard", "config": {"excluded_categories": []}}],
        "vector_io": [],
        "tool_runtime": [],
    }
    models = [{"model_id": name, "provider_id": "vllm", "provider_model_id": name} for name in GUARDS + ("stub-model",)]
    shields = [{"shield_id": name, "provider_id": "llama-guard", "provider_shield_id": "vllm/" + name} for name in GUARDS]
    run = {"version": 2, "image_name": "bench", "providers": providers, "server": {"port": port}}
    if version.startswith("0.2."):
        providers["telemetry"] = [
            {
                "provider_id": "meta-reference",
                "provider_type": "inline::meta-reference",
                "config": {
                    "service_name": "llama-stack",
                    "sinks": "otel_trace",
                    "otel_exporter_otlp_endpoint": otlp,
                },
            }
        ]
        run["metadata_store"] = _sqlite("sqlite", directory, "registry")
        providers["agents"] = [
            {
                "provider_id": "meta-reference",
                "provider_type": "inline::meta-reference",
                "config": {
                    "persistence_store": _sqlite("sqlite", directory, "agents"),
                    "responses_store": _sqlite("sqlite", directory, "responses"),
                },
            }
        ]
        run.update(models=models, shields=shields)
    else:
        run["storage"] = {
            "backends": {"kv": _sqlite("kv_sqlite", directory, "kv"), "sql": _sqlite("sql_sqlite", directory, "sql"), "answers": _sqlite("sql_sqlite", directory, "answers")},
            "stores": {
                "metadata": {"namespace": "registry", "backend": "kv"},
                # One file and one writer: SQLite locks when all write at once.
                "inference": {"table_name": "inference", "backend": "answers", "num_writers": 1},
                "conversations": {"table_name": "conversations", "backend": "sql"},
            },
        }
        providers["agents"] = [
            {
                "provider_id": "meta-reference",
                "provider_type": "inline::meta-reference",
                "config": {
                    "persistence": {
                        "agent_state": {"namespace": "agents", "backend": "kv"},
                        "responses": {"table_name": "responses", "backend": "sql"},
                    }
                },
            }
        ]
        run["registered_resources"] = {"models": models, "shields": shields}
        run["telemetry"] = {"enabled": True}
    run["apis"] = sorted(providers)
    return run


class Server:
    """One running server. ``started`` is the time until its health endpoint answered, in seconds."""

    def __init__(self, python, version, directory, port, vllm, otlp, site=None, workers=1, wrapper=(), environment=()):
        self.base = "http://127.0.0.1:%d" % port
        self.api = self.base + ("/v1/openai/v1" if version.startswith("0.2.") else "/v1")
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        variables = {
            "PATH": "%s:%s" % (pathlib.Path(python).parent, os.environ["PATH"]),
            "HOME": str(directory),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LLAMA_STACK_CONFIG": str(directory / "run.yaml"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": otlp,
            "OTEL_SERVICE_NAME": "llama-stack",
            "OTEL_BSP_SCHEDULE_DELAY": "500",
            "OTEL_BSP_MAX_QUEUE_SIZE": "100000",
            "LLAMA_STACK_LOGGING": "all=warning",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        if site:
            variables["PYTHONPATH"] = str(site)
        variables.update(environment)
        (directory / "run.yaml").write_text(json.dumps(configuration(version, str(directory), vllm, otlp, port)))
        self.log = directory / "log"
        command = [*wrapper, python, "-m", "uvicorn", "llama_stack.core.server.server:create_app", "--factory"]
        command += ["--port", str(port), "--workers", str(workers), "--log-level", "warning"]
        self._output = open(self.log, "w")
        began = time.monotonic()
        self._process = subprocess.Popen(
            command, env=variables, stdout=self._output, stderr=subprocess.STDOUT, start_new_session=True, cwd=directory
        )
        self._wait(90)
        self.started = time.monotonic() - began

    def _wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.base + "/v1/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        self.stop()
        raise RuntimeError("the server did not start:\n" + self.log.read_text()[-3000:])

    def resident_mib(self):
        """Resident memory of the server and its workers, in MiB."""
        group = self._process.pid
        total = 0
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                if os.getpgid(int(status.parent.name)) == group:
                    total += next((int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")), 0)
            except (OSError, ProcessLookupError):
                continue
        return total / 1024

    def processor_seconds(self):
        """Processor time that the server has used, without workers: comparable on a busy machine."""
        fields = pathlib.Path("/proc/%d/stat" % self._process.pid).read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Ends the server and waits for it: it flushes its spans then."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._output.close()

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.stop()


if __name__ == "__main__":
    print(json.dumps(configuration(*sys.argv[1:4], otlp="", port=int(sys.argv[4])), indent=2))
