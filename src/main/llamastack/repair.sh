#!/bin/sh
# Init container: finds the Python that this image runs its server with, and runs repair.py with it.
#
# Exit code: always 0. Without Python, or when repair.py fails, the server starts as it is shipped,
# and the report, one line of JSON as repair.py describes it, says so.
#
# Environment: see repair.py. POSIX sh only; no other program of the image is needed.

set -u
umask 022
case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
termination_log=${TERMINATION_LOG:-/dev/termination-log}
# The root file system may be read-only, and the image is not ours to change.
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

# Prints the interpreter named in the first line of a program, if it is a Python with a path.
interpreter_of() {
  program=$(command -v "$1") || return 0
  IFS= read -r line <"$program" || return 0
  case $line in
    '#!'*/env' '*) ;;
    '#!'*python*)
      line=${line#'#!'}
      printf '%s' "${line%% *}"
      ;;
  esac
} 2>/dev/null

# The names are those of tracingstack_otel.py.
has_server() {
  "$1" -c 'import sys
sys.path = [entry for entry in sys.path if entry]
from importlib.util import find_spec
sys.exit(not any(map(find_spec, ("llama_stack", "ogx"))))' 2>/dev/null
}

# Prints the first Python that has the package, else the first that runs.
find_python() {
  any=''
  # What starts the server comes first, then the path, then where images are known to have it.
  for python in "$(interpreter_of llama)" "$(interpreter_of ogx)" "$(interpreter_of uvicorn)" python3 python \
    /opt/app-root/bin/python3 /opt/venv/bin/python3 /app/.venv/bin/python3 /usr/local/bin/python3 \
    /usr/bin/python3; do
    python=$(command -v "$python" 2>/dev/null) || continue
    "$python" -c 'import json, subprocess' 2>/dev/null || continue
    any=${any:-$python}
    if has_server "$python"; then
      printf '%s' "$python"
      return
    fi
  done
  printf '%s' "$any"
}

# report REASON MESSAGE
report() {
  line="{\"version\":\"\",\"python\":\"\",\"module\":\"\",\"pythonPath\":\"\",\"before\":{\"sha256\":\"\",\"checks\":{}},"
  line="$line\"after\":{\"sha256\":\"\",\"checks\":{}},\"applied\":false,\"reason\":\"$1\",\"message\":\"$2\"}"
  printf '%s\n' "$line"
  { printf '%s\n' "$line" >"$termination_log"; } 2>/dev/null
}

python=$(find_python)
if [ -z "$python" ]; then
  report NoPython "no Python that runs was found in this image; the server starts as it is shipped"
else
  "$python" "$here/repair.py"
  status=$?
  [ "$status" -eq 0 ] || report Failed "repair.py ended with status $status; the server starts as it is shipped"
fi
exit 0
