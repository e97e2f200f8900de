# Debian packages the testbed stands on.
# shellcheck shell=bash

POLICY_FILE=/usr/sbin/policy-rc.d
POLICY_BACKUP=/usr/sbin/policy-rc.d.tracingstack-testbed

# require_commands COMMAND:PACKAGE…: installs the packages of missing commands.
require_commands() {
  local pair missing=()
  PATH=$PATH:/usr/sbin:/sbin:/usr/lib/cni
  for pair; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "missing Debian packages, please install: ${missing[*]}"
  fi
  install_packages "${missing[@]}"
}

# Some of these packages start a service of their own. The testbed brings its
# own instances, so policy-rc.d forbids that for the time of the installation.
install_packages() (
  restore_service_policy
  [ ! -e "$POLICY_FILE" ] || cp -a "$POLICY_FILE" "$POLICY_BACKUP"
  [ -e "$POLICY_BACKUP" ] || touch "$POLICY_BACKUP.absent"
  trap restore_service_policy EXIT
  printf '#!/bin/sh\nexit 101\n' >"$POLICY_FILE"
  chmod 755 "$POLICY_FILE"
  export DEBIAN_FRONTEND=noninteractive
  if ! apt-get install --simulate --no-install-recommends "$@" >/dev/null 2>&1; then
    logged apt-update "updating the package lists" apt-get update
  fi
  logged apt-install "installing Debian packages: $*" \
    apt-get install --yes --no-install-recommends "$@"
)

restore_service_policy() {
  if [ -e "$POLICY_BACKUP" ]; then
    mv -f "$POLICY_BACKUP" "$POLICY_FILE"
  elif [ -e "$POLICY_BACKUP.absent" ]; then
    rm -f "$POLICY_FILE" "$POLICY_BACKUP.absent"
  fi
}
