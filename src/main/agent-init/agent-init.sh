#!/bin/sh
# Init container: puts a Java agent that cannot stop the JVM under the name the application expects.
#
# A JVM whose -javaagent jar is missing or damaged exits before main. So the final name only ever
# receives a complete file, in one rename: the OpenTelemetry agent once its copy has the expected
# digest, in every other case our no-op agent, with which the application starts untraced.
#
# Exit code: 0 whenever an agent, real or no-op, is in place. 1 only when not even the no-op agent
# could be installed after a second try: going on would let the application container start and die
# for want of its agent, whereas a failing init container says why and is retried by the kubelet.
#
# Report: exactly one line of JSON, below 1 KiB, to the termination message path and to stdout:
#   version    agent version recorded in this image
#   sha256     digest of the installed file, read back under its final name ("" when unknown)
#   expected   digest the agent had to have
#   verified   true when the installed file is the agent and has the expected digest
#   installed  agent | noop | none
#   reason     Verified | DigestMismatch | ExpectedDigestInvalid | ChecksumFailed | AgentMissing |
#              NoopMissing | NoSpace | CopyFailed | TargetNotWritable
#   message    for people
#
# Environment:
#   TRACINGSTACK_TARGET        directory shared with the application container
#   TRACINGSTACK_AGENT_SHA256  expected digest; empty: the one recorded in this image
#   AGENT_HOME, TERMINATION_LOG  other places for the inputs and the report (tests)
#
# POSIX sh plus cat, mv, rm and sha256sum, of coreutils or busybox. No here-documents: some shells
# keep them in temporary files, and the root filesystem is read-only.

set -u
# The application may run as another user than this container, whatever umask the runtime gave us.
umask 022
# Error texts are matched below, and characters are cut and escaped as bytes.
LC_ALL=C
export LC_ALL

home=${AGENT_HOME:-/agent}
target=${TRACINGSTACK_TARGET:-/tracingstack/agent}
termination_log=${TERMINATION_LOG:-/dev/termination-log}
final=$target/opentelemetry-javaagent.jar
# In the same directory, so that the rename is atomic; a fixed name, so that a killed run leaves at
# most one such file and the next run removes it.
partial=$target/.opentelemetry-javaagent.jar.partial

version=''
expected=''
sha256=''
installed=none
verified=false
reason=''
message=''

# Prints the SHA-256 of a regular file, or nothing.
digest_of() {
  [ -f "$1" ] || return 0
  line=$({ sha256sum <"$1"; } 2>/dev/null) || return 0
  printf '%s' "${line%% *}"
}

is_digest() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ ${#1} -eq 64 ]
}

fail() {
  reason=$1
  message=$2
  return 1
}

read_properties() {
  [ -r "$home/agent.properties" ] || return 0
  while IFS='=' read -r key value || [ -n "$key" ]; do
    case $key in
      version) version=$value ;;
      sha256) expected=$value ;;
    esac
  done <"$home/agent.properties"
}

# Copies $1 to the partial name. cat rather than cp: the mode then comes from our umask alone.
copy_to_partial() {
  if [ ! -d "$target" ] || [ ! -w "$target" ]; then
    fail TargetNotWritable "$target is not a directory this container can write to"
    return 1
  fi
  rm -rf "$partial"
  error=$({ cat "$1" >"$partial"; } 2>&1) && return 0
  status=$?
  rm -rf "$partial"
  case $error in
    *'No space left'* | *'quota exceeded'*)
      fail NoSpace "no space left in $target while copying $1"
      ;;
    *)
      fail CopyFailed "copying $1 to $target failed with status $status: $error"
      ;;
  esac
}

rename_to_final() {
  # mv would move into a directory instead of replacing it.
  [ ! -d "$final" ] || rm -rf "$final"
  error=$(mv -f "$partial" "$final" 2>&1) && return 0
  rm -rf "$partial"
  fail CopyFailed "renaming to $final failed: $error"
}

install_agent() {
  jar=$home/opentelemetry-javaagent.jar
  if ! is_digest "$expected"; then
    fail ExpectedDigestInvalid "the expected digest '$expected' is not a SHA-256"
    return 1
  fi
  if [ ! -f "$jar" ]; then
    fail AgentMissing "$jar is not in the agent image"
    return 1
  fi
  copy_to_partial "$jar" || return 1
  digest=$(digest_of "$partial")
  if [ "$digest" != "$expected" ]; then
    rm -rf "$partial"
    reject_digest "$digest"
    return 1
  fi
  rename_to_final || return 1
  # Reported is what the application will open, so that file is read, not assumed.
  sha256=$(digest_of "$final")
  if [ "$sha256" != "$expected" ]; then
    reject_digest "$sha256"
    return 1
  fi
  reason=Verified
  message="agent $version installed, digest verified"
}

reject_digest() {
  if [ -z "$1" ]; then
    fail ChecksumFailed "the digest of the copied agent could not be computed"
  else
    fail DigestMismatch "the agent has digest $1, expected $expected: damaged image, or the operator expects another agent version"
  fi
}

# A container restart may lack the room for a second copy next to the good one of the first run.
keep_verified_agent() {
  is_digest "$expected" && [ ! -L "$final" ] || return 1
  sha256=$(digest_of "$final")
  [ "$sha256" = "$expected" ] || return 1
  message="agent $version of an earlier run kept, digest verified ($message)"
  reason=Verified
}

place_noop() {
  jar=$home/noop-agent.jar
  if [ ! -s "$jar" ]; then
    fail NoopMissing "$jar is not in the agent image"
    return 1
  fi
  copy_to_partial "$jar" && rename_to_final
}

install_noop() {
  agent_reason=$reason
  agent_message=$message
  if ! place_noop; then
    # Once more with the room that an unverified file under the final name takes.
    rm -rf "$partial" "$final" 2>/dev/null
    if ! place_noop; then
      message="no agent installed: $message (the tracing agent before it: $agent_reason)"
      return 1
    fi
  fi
  reason=$agent_reason
  message="no-op agent installed, the application runs untraced: $agent_message"
}

# Prints $1 as the inside of a JSON string of at most $2 characters.
json_text() {
  rest=$1
  escaped=''
  while [ -n "$rest" ] && [ ${#escaped} -lt $(($2 - 1)) ]; do
    tail=${rest#?}
    character=${rest%"$tail"}
    rest=$tail
    case $character in
      '"' | \\) escaped="$escaped\\$character" ;;
      [' '-'~']) escaped=$escaped$character ;;
      *) escaped="$escaped " ;;
    esac
  done
  printf '%s' "$escaped"
}

report() {
  line="{\"version\":\"$(json_text "$version" 64)\""
  line="$line,\"sha256\":\"$(json_text "$sha256" 65)\""
  line="$line,\"expected\":\"$(json_text "$expected" 65)\""
  line="$line,\"verified\":$verified,\"installed\":\"$installed\",\"reason\":\"$reason\""
  line="$line,\"message\":\"$(json_text "$message" 500)\"}"
  # The report is not worth an application that does not start: a failing write is ignored.
  { printf '%s\n' "$line" >"$termination_log"; } 2>/dev/null
  printf '%s\n' "$line"
}

read_properties
expected=${TRACINGSTACK_AGENT_SHA256:-$expected}

if install_agent || keep_verified_agent; then
  installed=agent
  verified=true
elif install_noop; then
  installed=noop
  sha256=$(digest_of "$final")
else
  sha256=''
fi

report
[ "$installed" != none ]
