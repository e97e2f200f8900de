# Every container runs below one cgroup of ours.
# shellcheck shell=bash

CGROUP=tracingstack-testbed

# Our group in each hierarchy: several with cgroup v1, one with v2.
cgroup_directories() {
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    echo "/sys/fs/cgroup/$CGROUP"
  else
    local processes
    for processes in /sys/fs/cgroup/*/cgroup.procs; do
      [ -L "${processes%/*}" ] || echo "${processes%/*}/$CGROUP"
    done
  fi
}

create_cgroups() {
  local directory controller name weight
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    for controller in $(</sys/fs/cgroup/cgroup.controllers); do
      echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    done
  fi
  while read -r directory; do
    mkdir -p "$directory"
    # A new cpuset is empty, and nothing can run in an empty one.
    for name in cpuset.cpus cpuset.mems; do
      if [ -e "$directory/../$name" ] && [ -w "$directory/$name" ]; then
        cat "$directory/../$name" >"$directory/$name"
      fi
    done
    # Beside the machine's other processes all containers together would count as one.
    for weight in cpu.shares=10240 cpu.weight=1000; do
      if [ -e "$directory/${weight%=*}" ]; then
        echo "${weight#*=}" >"$directory/${weight%=*}"
      fi
    done
  done < <(cgroup_directories)
}

# Kills every process below the groups, then removes the groups.
remove_cgroups() {
  local deadline=$((SECONDS + 10))
  while [ "$SECONDS" -lt "$deadline" ]; do
    existing_cgroups | while read -r directory; do
      find "$directory" -name cgroup.procs -exec cat {} + 2>/dev/null
    done | sort -un | xargs -r kill -KILL 2>/dev/null || true
    # A group stays busy until its last process is gone.
    existing_cgroups | while read -r directory; do
      find "$directory" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    done
    [ -n "$(existing_cgroups)" ] || return 0
    sleep 0.05
  done
  fail "cannot remove $(existing_cgroups | head -n 1)"
}

existing_cgroups() {
  local directory
  cgroup_directories | while read -r directory; do
    [ ! -d "$directory" ] || echo "$directory"
  done
}
