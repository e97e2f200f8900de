# Which kind of cluster this machine can have.
# shellcheck shell=bash

KIND_CLUSTER=tracingstack-testbed

# The container engine that answers, or nothing.
container_engine() {
  local engine
  for engine in docker podman; do
    if command -v "$engine" >/dev/null && "$engine" info >/dev/null 2>&1; then
      echo "$engine"
      return
    fi
  done
}

# Sets DRIVER, and ENGINE for kind. A cluster that exists decides: it is never
# handled by the other driver.
choose_driver() {
  if [ -s "$STATE_DIR/driver" ]; then
    DRIVER=$(cat "$STATE_DIR/driver")
    if [ -n "${TESTBED_DRIVER:-}" ] && [ "$TESTBED_DRIVER" != "$DRIVER" ]; then
      fail "the cluster was started with the driver $DRIVER: run 'testbed/cluster down' before using $TESTBED_DRIVER"
    fi
  elif [ -n "${TESTBED_DRIVER:-}" ]; then
    DRIVER=$TESTBED_DRIVER
  elif command -v kind >/dev/null && [ -n "$(container_engine)" ]; then
    DRIVER=kind
  else
    DRIVER=local
  fi
  case $DRIVER in
    kind)
      command -v kind >/dev/null || fail "the driver kind needs kind on PATH"
      ENGINE=$(container_engine)
      [ -n "$ENGINE" ] || fail "the driver kind needs a running docker or podman"
      [ "$ENGINE" = docker ] || export KIND_EXPERIMENTAL_PROVIDER=$ENGINE
      ;;
    local)
      [ "$(uname -s)" = Linux ] || fail "the driver local needs Linux; install kind and docker or podman instead"
      ;;
    *) fail "TESTBED_DRIVER must be kind or local, not $DRIVER" ;;
  esac
}

require_root() {
  [ "$(id -u)" = 0 ] || fail "$1 needs root with the driver local"
}

# kubectl for the cluster: the one built here, or the user's own.
cluster_kubectl() {
  local program=$STATE_DIR/kubectl
  [ -x "$program" ] || program=kubectl
  "$program" --kubeconfig "$KUBECONFIG_FILE" --cache-dir "$STATE_DIR/kubectl-cache" "$@"
}
