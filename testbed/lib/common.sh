# What every testbed command shares: directories, versions, progress, failure.
# shellcheck shell=bash

TESTBED_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
STATE_DIR=${XDG_STATE_HOME:-$HOME/.local/state}/tracingstack-testbed
CACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/tracingstack-testbed
LOG_DIR=$CACHE_DIR/logs
# shellcheck source=../versions.env
. "$TESTBED_DIR/versions.env"

# Commands call each other and share one clock.
export TESTBED_STARTED=${TESTBED_STARTED:-$(date +%s)}
# Everything under these directories belongs to the caller alone.
umask 022

# Progress goes to stderr: stdout carries results only.
say() {
  printf '[%4ds] %s\n' $(($(date +%s) - TESTBED_STARTED)) "$*" >&2
}

fail() {
  printf 'testbed: %s\n' "$*" >&2
  exit 1
}

# logged NAME TEXT COMMAND…: runs the command with its output in NAME.log, which
# is quoted when the command fails.
logged() {
  local log=$LOG_DIR/$1.log text=$2
  shift 2
  mkdir -p "$LOG_DIR"
  say "$text …"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 25 "$log" | sed 's/^/    /' >&2
    fail "failed: $text; all of its output: $log"
  fi
}

# await SECONDS TEXT COMMAND…: repeats the command until it succeeds.
await() {
  local deadline=$(($(date +%s) + $1)) text=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "gave up waiting for $text"
    sleep 0.3
  done
}

# locked NAME: only one holder at a time, until the calling shell ends. Whatever
# is started to outlive this shell must close descriptor 9.
locked() {
  mkdir -p "$CACHE_DIR"
  exec 9>"$CACHE_DIR/$1.lock"
  # Not every system has flock; without it, only this protection is missing.
  command -v flock >/dev/null || return 0
  flock -n 9 && return
  say "waiting for another testbed command to finish …"
  flock 9
}

# usage_if_asked TEXT ARGS…
usage_if_asked() {
  local text=$1 argument
  shift
  for argument; do
    case $argument in
      -h | --help)
        printf '%s\n' "$text"
        exit 0
        ;;
    esac
  done
}

# Where images are cached, by content.
IMAGE_DIR=$CACHE_DIR/images
KUBECONFIG_FILE=$STATE_DIR/kubeconfig
