# Daemons that outlive the shell, known by process id and start time.
# shellcheck shell=bash

PID_DIR=$STATE_DIR/pids
DAEMON_LOG_DIR=$STATE_DIR/logs

# start_daemon NAME COMMAND…: the new process records itself before it becomes
# the daemon, so that none can be started without a record.
start_daemon() {
  local name=$1
  shift
  mkdir -p "$PID_DIR" "$DAEMON_LOG_DIR"
  # shellcheck disable=SC2016
  setsid bash -c '
    read -r -a stat </proc/$$/stat
    echo "$$ ${stat[21]} $(cat /proc/sys/kernel/random/boot_id)" >"$1"
    shift
    exec "$@"' bash "$PID_DIR/$name" "$@" \
    >"$DAEMON_LOG_DIR/$name.log" 2>&1 </dev/null 9>&- &
}

# The process id of a daemon that is alive, or failure.
daemon_pid() {
  local pid started boot stat
  read -r pid started boot 2>/dev/null <"$PID_DIR/$1" || return 1
  [ "$boot" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 1
  read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
  # The name in parentheses may hold spaces; the start time is field 22.
  read -r -a stat <<<"${stat##*) }"
  [ "${stat[19]}" = "$started" ] && [ "${stat[0]}" != Z ] && echo "$pid"
}

# What a testbed is thrown away with is not asked politely.
kill_daemons() {
  local name pid
  for name in "$@"; do
    if pid=$(daemon_pid "$name"); then
      kill -KILL "$pid" 2>/dev/null || true
      while daemon_pid "$name" >/dev/null; do sleep 0.05; done
    fi
    rm -f "$PID_DIR/$name"
  done
}

# Containers' shims start themselves and have no record; the socket of our
# containerd among their arguments says whose they are.
kill_shims() {
  local socket=$1 directory arguments
  for directory in /proc/[0-9]*; do
    mapfile -d '' -t arguments 2>/dev/null <"$directory/cmdline" || continue
    [[ ${arguments[0]:-} == *containerd-shim-runc-v2 ]] || continue
    [[ " ${arguments[*]} " == *" -address $socket "* ]] || continue
    kill -KILL "${directory#/proc/}" 2>/dev/null || true
  done
}

unmount_below() {
  local point
  awk -v below="$1/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac |
    while read -r point; do
      point=$(printf '%b' "$point")
      umount "$point" 2>/dev/null || umount --lazy "$point" 2>/dev/null || true
    done
}
