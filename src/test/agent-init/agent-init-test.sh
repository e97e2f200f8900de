#!/usr/bin/env bash
# Tests agent-init.sh the way the cluster runs it: other shells, other users, full volumes, kills.
#
# Usage: agent-init-test.sh          needs a JDK; root, busybox and dash widen the coverage
#   AGENT_INIT_SCRIPT=FILE           test another copy of the script
#
# Prints "ok", "FAILED" or "skipped" per case and "N passed, N failed" as the last line.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
main=$here/../../main/agent-init
script=${AGENT_INIT_SCRIPT:-$main/agent-init.sh}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A user of the tests' choice must be able to walk in, whatever umask they were started with.
chmod 0755 "$work"
umask 022

passed=0
failed=0
is_root=false
[ "$(id -u)" -ne 0 ] || is_root=true

# ---------------------------------------------------------------- fixture

readonly RANDOM_UID=1234567
agent_bytes=200000

"$main/build-noop-agent" "$work/noop-agent.jar" || exit 1
cp "$script" "$work/agent-init.sh"
script=$work/agent-init.sh
noop_digest=$(sha256sum <"$work/noop-agent.jar" | cut -d' ' -f1)
# The script must not care what the agent is, only what its digest is.
head -c "$agent_bytes" /dev/urandom >"$work/agent.jar"
agent_digest=$(sha256sum <"$work/agent.jar" | cut -d' ' -f1)

# tools_from DIR [busybox]: a PATH with nothing but the four commands the script may use.
tools_from() {
  mkdir "$1"
  for tool in cat mv rm sha256sum; do
    ln -s "${2:-$(command -v $tool)}" "$1/$tool"
  done
}

# new_sandbox: an agent image, an empty volume and a termination log of their own.
new_sandbox() {
  sandbox=$(mktemp -d "$work/sandbox.XXXXXX")
  home=$sandbox/agent
  target=$sandbox/target
  log=$sandbox/termination-log
  final=$target/opentelemetry-javaagent.jar
  mkdir "$home" "$target"
  cp "$work/agent.jar" "$home/opentelemetry-javaagent.jar"
  cp "$work/noop-agent.jar" "$home/noop-agent.jar"
  printf '# a comment\nversion=9.8.7\nsha256=%s\n' "$agent_digest" >"$home/agent.properties"
  : >"$log"
  # As the kubelet makes them.
  chmod 0755 "$sandbox"
  chmod 0777 "$target"
  chmod 0666 "$log"
}

# run_init [VARIABLE=VALUE...]: runs the script in the sandbox; leaves status, output and errors.
run_init() {
  env -i PATH="$tools" AGENT_HOME="$home" TRACINGSTACK_TARGET="$target" TERMINATION_LOG="$log" \
    "$@" "${as_user[@]}" "${shell[@]}" "$script" >"$sandbox/stdout" 2>"$sandbox/stderr"
  status=$?
}

# mount_volume SIZE: makes the target a volume of its own; unmounted when the case ends.
mount_volume() {
  if ! $is_root || ! mount -t tmpfs -o "size=$1,mode=0777" tmpfs "$target" 2>/dev/null; then
    skip "needs the right to mount"
  fi
  trap 'umount "$target"' EXIT
}

# ---------------------------------------------------------------- checks

complain() {
  problems+=("$1")
}

field() {
  sed -n 's/.*"'"$1"'":"\{0,1\}\(\([^"\\,}]\|\\.\)*\).*/\1/p' "$log"
}

expect() {
  [ "$2" = "$3" ] || complain "$1: expected '$2', got '$3'"
}

digest_is() {
  expect "digest of the installed file" "$1" "$(sha256sum <"$final" | cut -d' ' -f1)"
}

is_json() {
  if command -v jq >/dev/null; then
    jq -e . >/dev/null
  elif command -v python3 >/dev/null; then
    python3 -m json.tool >/dev/null
  else
    grep -Eqx '\{("[a-zA-Z0-9]+":("([^"\\[:cntrl:]]|\\["\\/bfnrt])*"|true|false)[,}])+'
  fi
}

report_is_wellformed() {
  expect "lines of the report" 1 "$(wc -l <"$log")"
  cmp -s "$log" "$sandbox/stdout" || complain "stdout differs from the termination log"
  [ "$(wc -c <"$log")" -lt 1024 ] || complain "the report has $(wc -c <"$log") bytes"
  is_json <"$log" || complain "the report is not JSON: $(cat "$log")"
  expect "keys" "version sha256 expected verified installed reason message" \
    "$(grep -o '"[a-z0-9]*":' "$log" | tr -d '":' | xargs)"
  [ -n "$(field message)" ] || complain "the message is empty"
}

nothing_left_behind() {
  others=$(find "$target" -mindepth 1 ! -path "$final")
  [ -z "$others" ] || complain "left in the volume: $others"
}

agent_installed() {
  expect "exit code" 0 "$status"
  report_is_wellformed
  expect installed agent "$(field installed)"
  expect verified true "$(field verified)"
  expect reason Verified "$(field reason)"
  expect sha256 "$agent_digest" "$(field sha256)"
  expect expected "$agent_digest" "$(field expected)"
  digest_is "$agent_digest"
  expect "mode of the installed file" 644 "$(stat -c %a "$final")"
  nothing_left_behind
}

noop_installed() {
  expect "exit code" 0 "$status"
  report_is_wellformed
  expect installed noop "$(field installed)"
  expect verified false "$(field verified)"
  expect reason "$1" "$(field reason)"
  expect sha256 "$noop_digest" "$(field sha256)"
  digest_is "$noop_digest"
  expect "mode of the installed file" 644 "$(stat -c %a "$final")"
  nothing_left_behind
}

none_installed() {
  expect "exit code" 1 "$status"
  report_is_wellformed
  expect installed none "$(field installed)"
  expect verified false "$(field verified)"
  expect sha256 "" "$(field sha256)"
  expect reason "$1" "$(field reason)"
}

# ---------------------------------------------------------------- cases, run under every shell

case_installs_the_verified_agent() {
  run_init
  agent_installed
  expect version 9.8.7 "$(field version)"
}

case_expected_digest_from_the_operator() {
  sed -i '/^sha256=/d' "$home/agent.properties"
  run_init TRACINGSTACK_AGENT_SHA256="$agent_digest"
  agent_installed
}

case_empty_expected_digest_means_the_recorded_one() {
  run_init TRACINGSTACK_AGENT_SHA256=
  agent_installed
}

case_damaged_agent_in_the_image() {
  printf 'X' | dd of="$home/opentelemetry-javaagent.jar" conv=notrunc status=none
  run_init
  noop_installed DigestMismatch
  expect expected "$agent_digest" "$(field expected)"
}

case_damaged_agent_never_bears_the_final_name() {
  mkdir "$sandbox/tools"
  cp -P "$tools"/* "$sandbox/tools"
  rm "$sandbox/tools/mv"
  # shellcheck disable=SC2016 # $2 and $@ are the wrapper's
  printf '#!%s\n%s <"$2" >>"%s"\nexec %s "$@"\n' "$(command -v bash)" "$(command -v sha256sum)" \
    "$sandbox/renamed" "$(command -v mv)" >"$sandbox/tools/mv"
  chmod +x "$sandbox/tools/mv"
  truncate -s $((agent_bytes / 2)) "$home/opentelemetry-javaagent.jar"
  run_init PATH="$sandbox/tools"
  [ -e "$sandbox/renamed" ] || skip "this shell brings its own mv"
  noop_installed DigestMismatch
  expect "digests renamed" "$noop_digest  -" "$(cat "$sandbox/renamed")"
}

case_damaged_agent_does_not_replace_a_verified_one() {
  run_init
  truncate -s $((agent_bytes / 2)) "$home/opentelemetry-javaagent.jar"
  run_init
  agent_installed
}

case_truncated_agent_in_the_image() {
  truncate -s $((agent_bytes / 2)) "$home/opentelemetry-javaagent.jar"
  run_init
  noop_installed DigestMismatch
}

case_operator_expects_another_agent() {
  other=$(printf other | sha256sum | cut -d' ' -f1)
  run_init TRACINGSTACK_AGENT_SHA256="$other"
  noop_installed DigestMismatch
  expect expected "$other" "$(field expected)"
}

case_expected_digest_is_no_digest() {
  run_init TRACINGSTACK_AGENT_SHA256='*'
  noop_installed ExpectedDigestInvalid
}

case_missing_properties() {
  rm "$home/agent.properties"
  run_init
  noop_installed ExpectedDigestInvalid
}

case_missing_agent() {
  rm "$home/opentelemetry-javaagent.jar"
  run_init
  noop_installed AgentMissing
}

case_missing_noop_does_not_matter_to_a_good_agent() {
  rm "$home/noop-agent.jar"
  run_init
  agent_installed
}

case_missing_agent_and_noop() {
  rm "$home/opentelemetry-javaagent.jar" "$home/noop-agent.jar"
  run_init
  none_installed NoopMissing
  [ ! -e "$final" ] || complain "something is installed"
}

case_empty_noop_is_not_installed() {
  rm "$home/opentelemetry-javaagent.jar"
  : >"$home/noop-agent.jar"
  run_init
  none_installed NoopMissing
}

case_sha256sum_missing() {
  mkdir "$sandbox/tools"
  cp -P "$tools/cat" "$tools/mv" "$tools/rm" "$sandbox/tools"
  # A shell with built-in applets finds its own sha256sum whatever the PATH says.
  if env -i PATH="$sandbox/tools" "${shell[@]}" -c 'sha256sum </dev/null' >/dev/null 2>&1; then
    skip "this shell brings its own sha256sum"
  fi
  run_init PATH="$sandbox/tools"
  expect "exit code" 0 "$status"
  report_is_wellformed
  expect installed noop "$(field installed)"
  expect reason ChecksumFailed "$(field reason)"
  digest_is "$noop_digest"
}

case_second_run() {
  run_init
  run_init
  agent_installed
}

case_second_run_with_another_agent_version() {
  printf 'an earlier version' >"$final"
  run_init
  agent_installed
}

case_second_run_replaces_a_stale_agent_by_the_noop() {
  printf 'an unverified file' >"$final"
  rm "$home/opentelemetry-javaagent.jar"
  run_init
  noop_installed AgentMissing
}

case_garbage_in_the_volume() {
  mkdir -p "$final/directory"
  mkdir "$target/.opentelemetry-javaagent.jar.partial"
  run_init
  agent_installed
}

case_symbolic_link_in_the_volume() {
  printf 'untouched' >"$sandbox/elsewhere"
  ln -s "$sandbox/elsewhere" "$final"
  ln -s "$sandbox/elsewhere" "$target/.opentelemetry-javaagent.jar.partial"
  run_init
  agent_installed
  [ ! -L "$final" ] || complain "the link was kept"
  expect "the file linked to" untouched "$(cat "$sandbox/elsewhere")"
}

case_world_readable_under_any_umask() {
  : >"$sandbox/stdout"
  : >"$sandbox/stderr"
  umask 0777
  run_init
  agent_installed
  rm "$home/opentelemetry-javaagent.jar" "$final"
  run_init
  noop_installed AgentMissing
}

case_any_user_and_read_only_image() {
  as_user=("${as_nobody[@]}")
  chmod 0444 "$home"/*
  chmod 0555 "$home"
  run_init
  agent_installed
  run_init TRACINGSTACK_AGENT_SHA256="$(printf x | sha256sum | cut -d' ' -f1)"
  # The good agent of the first run is not what is expected any more.
  noop_installed DigestMismatch
  chmod 0755 "$home"
}

case_unreadable_agent() {
  as_user=("${as_nobody[@]}")
  chmod 0000 "$home/opentelemetry-javaagent.jar"
  run_init
  noop_installed CopyFailed
}

case_volume_not_writable() {
  as_user=("${as_nobody[@]}")
  chmod 0555 "$target"
  run_init
  none_installed TargetNotWritable
  chmod 0755 "$target"
}

case_volume_missing() {
  rmdir "$target"
  run_init
  none_installed TargetNotWritable
}

case_termination_log_not_writable() {
  as_user=("${as_nobody[@]}")
  chmod 0444 "$log"
  run_init
  expect "exit code" 0 "$status"
  digest_is "$agent_digest"
  is_json <"$sandbox/stdout" || complain "no report on stdout"
}

case_no_space_for_the_agent() {
  mount_volume 64k
  run_init
  noop_installed NoSpace
}

case_no_space_beside_an_unverified_file() {
  mount_volume 64k
  head -c 65536 /dev/zero >"$final"
  run_init
  noop_installed NoSpace
}

case_no_space_at_all() {
  mount_volume 64k
  head -c 65536 /dev/zero >"$target/of-somebody-else"
  run_init
  none_installed NoSpace
  [ ! -e "$final" ] || complain "something is installed"
}

case_no_space_for_a_second_copy_keeps_the_verified_agent() {
  mount_volume 300k
  run_init
  run_init
  agent_installed
}

case_report_escapes_what_json_cannot_hold() {
  strange=$sandbox/$'quote"backslash\\tab\tnewline\numlaut\xc3\xa4%s'
  mv "$home" "$strange"
  home=$strange
  printf 'version=1"2\\3\t4\n' >"$home/agent.properties"
  rm "$home/opentelemetry-javaagent.jar"
  run_init TRACINGSTACK_AGENT_SHA256="$agent_digest"
  noop_installed AgentMissing
  expect version '1\"2\\3 4' "$(field version)"
}

case_report_stays_short() {
  long=$(printf '"%.0s' $(seq 3000))
  printf 'version=%s\n' "$long" >"$home/agent.properties"
  run_init TRACINGSTACK_AGENT_SHA256="$long"
  noop_installed ExpectedDigestInvalid
}

# kill_while_copying: SIGKILL to the whole container once the copy has begun.
kill_while_copying() {
  truncate -s 1G "$home/opentelemetry-javaagent.jar"
  setsid env -i PATH="$tools" AGENT_HOME="$home" TRACINGSTACK_TARGET="$target" \
    TERMINATION_LOG="$log" "${shell[@]}" "$script" >/dev/null 2>&1 &
  container=$!
  for _ in $(seq 2000); do
    growing=$(find "$target" -type f -size +1M | head -1)
    [ -z "$growing" ] || break
    sleep 0.002
  done
  kill -KILL -- "-$container" 2>/dev/null || complain "not running any more when it was to be killed"
  wait "$container" 2>/dev/null
  [ -n "$growing" ] || complain "the copy was never seen"
  cp "$work/agent.jar" "$home/opentelemetry-javaagent.jar"
}

case_killed_while_copying() {
  kill_while_copying
  [ ! -e "$final" ] || complain "a partial file is installed"
  run_init
  agent_installed
}

case_killed_while_copying_over_a_good_agent() {
  run_init
  kill_while_copying
  digest_is "$agent_digest"
}

# ---------------------------------------------------------------- cases with a real JVM, run once

compile_application() {
  cat >"$sandbox/Application.java" <<'JAVA'
public class Application {
  public static void main(String[] arguments) {
    System.out.println("application started");
  }
}
JAVA
  javac -d "$sandbox" "$sandbox/Application.java"
}

start_application() {
  env -u JAVA_TOOL_OPTIONS -u JDK_JAVA_OPTIONS java "-javaagent:$1" -cp "$sandbox" Application \
    >"$sandbox/stdout" 2>"$sandbox/stderr"
}

jvm_case_starts_with_the_noop_in_place_of_a_damaged_agent() {
  compile_application
  # The premise of it all: without our care this JVM would not start.
  ! start_application "$home/opentelemetry-javaagent.jar" || complain "the JVM accepts a damaged agent"
  : >"$home/opentelemetry-javaagent.jar"
  run_init
  noop_installed DigestMismatch
  for agent in "$final" "$final=" "$final=any,argument=at all"; do
    start_application "$agent" || complain "the JVM does not start with -javaagent:$agent"
    expect "output" "application started" "$(cat "$sandbox/stdout")"
    expect "lines of the notice" 1 "$(wc -l <"$sandbox/stderr")"
    grep -q '^TracingStack: tracing agent not installed' "$sandbox/stderr" || complain "no notice"
  done
}

jvm_case_noop_is_reproducible_java_8() {
  ( umask 077; TZ=Asia/Tokyo "$main/build-noop-agent" "$sandbox/again.jar" )
  cmp "$work/noop-agent.jar" "$sandbox/again.jar" || complain "two builds differ"
  version=$(javap -v -cp "$work/noop-agent.jar" io.tracingstack.noop.NoopAgent |
    sed -n 's/.*major version: //p')
  expect "class file version" 52 "$version"
}

# ---------------------------------------------------------------- runner

# A case is skipped by ending its subshell with this code.
readonly SKIPPED=77
skip() {
  printf '%s' "$1" >"$work/skip-reason"
  exit $SKIPPED
}

run_case() {
  name=$1
  label=${name#*case_}
  label="${label//_/ } [$shell_name]"
  (
    problems=()
    as_user=()
    new_sandbox
    "$name"
    for problem in "${problems[@]}"; do printf '    %s\n' "$problem"; done
    [ ${#problems[@]} -eq 0 ] || { sed 's/^/    stderr: /' "$sandbox/stderr" | head -5; exit 1; }
  ) >"$work/problems" 2>&1
  case $? in
    0) passed=$((passed + 1)); echo "ok      $label" ;;
    "$SKIPPED") echo "skipped $label: $(cat "$work/skip-reason")" ;;
    *) failed=$((failed + 1)); echo "FAILED  $label"; cat "$work/problems" ;;
  esac
}

run_all_under() {
  shell_name=$1
  tools=$2
  shift 2
  shell=("$@")
  for name in $(declare -F | sed -n 's/^declare -f \(case_.*\)/\1/p'); do
    run_case "$name"
  done
}

# An unprivileged tester is nobody special already.
as_nobody=()
! $is_root || as_nobody=("$(command -v setpriv)" --reuid "$RANDOM_UID" --regid "$RANDOM_UID" --clear-groups)

tools_from "$work/coreutils"
ln -s "$(command -v bash)" "$work/sh" # called sh, bash is in POSIX mode: the base image's shell
run_all_under "bash as sh" "$work/coreutils" "$work/sh"
if command -v dash >/dev/null; then
  run_all_under dash "$work/coreutils" "$(command -v dash)"
else
  echo "skipped all under dash: not installed"
fi
if command -v busybox >/dev/null; then
  tools_from "$work/busybox" "$(command -v busybox)"
  run_all_under busybox "$work/busybox" "$(command -v busybox)" sh
else
  echo "skipped all under busybox: not installed"
fi

shell_name=JVM
tools=$work/coreutils
shell=("$work/sh")
for name in $(declare -F | sed -n 's/^declare -f \(jvm_case_.*\)/\1/p'); do
  run_case "$name"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
