# The node's bridge, kernel settings and packet filter rules, and their removal.
# shellcheck shell=bash

BRIDGE=tracingstack0
POD_NETWORK=10.213.0.0/24
SERVICE_NETWORK=10.214.0.0/20
# The bridge's own address is the node's, so that nothing depends on the
# addresses this machine has otherwise, if any.
NODE_IP=10.213.0.1
API_SERVICE_IP=10.214.0.1
DNS_SERVICE_IP=10.214.0.10
FILTER_CHAIN=TRACINGSTACK-TESTBED
CNI_NETWORK=tracingstack-testbed

# Changed here, by kubelet or by a network plugin; restored afterwards.
KERNEL_SETTINGS=(
  net/ipv4/ip_forward
  net/bridge/bridge-nf-call-iptables
  vm/overcommit_memory
  vm/panic_on_oom
  kernel/panic
  kernel/panic_on_oops
  kernel/keys/root_maxkeys
  kernel/keys/root_maxbytes
)

remember_network() {
  local setting command
  for setting in "${KERNEL_SETTINGS[@]}"; do
    [ ! -r "/proc/sys/$setting" ] || echo "$setting $(cat "/proc/sys/$setting")"
  done >"$STATE_DIR/kernel-settings"
  for command in iptables ip6tables; do
    node_chains "$command" >"$STATE_DIR/$command-chains"
  done
  if grep -q KUBE- "$STATE_DIR/iptables-chains"; then
    rm -f "$STATE_DIR"/*-chains
    fail "there are iptables chains of another Kubernetes node on this machine"
  fi
}

# Chains with names that Kubernetes and its network plugins use.
node_chains() {
  { "$1-save" 2>/dev/null || true; } | awk '
    /^\*/ { table = substr($1, 2) }
    /^:(KUBE|CNI|TRACINGSTACK)-/ { print table, substr($1, 2) }'
}

create_network() {
  modprobe -q br_netfilter 2>/dev/null || true
  echo 1 >/proc/sys/net/ipv4/ip_forward
  if [ -w /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
    echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
  fi
  ip link add "$BRIDGE" type bridge
  ip address add "$NODE_IP/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  # kube-proxy's rules rewrite the addresses of services before they are used for
  # anything, but without any route to them connections fail earlier than that.
  # Only then: with this one, pods wait in vain for a service without endpoints.
  if [ -z "$(ip route show default)" ]; then
    ip route add "$SERVICE_NETWORK" dev "$BRIDGE"
  fi
  iptables -w -N "$FILTER_CHAIN"
  # An address of a service that kube-proxy has not rewritten, because it does not know the service
  # yet, must not leave by the default route: whoever answers there keeps the connection for good.
  iptables -w -A "$FILTER_CHAIN" -d "$SERVICE_NETWORK" -j REJECT
  iptables -w -I OUTPUT -d "$SERVICE_NETWORK" -j "$FILTER_CHAIN"
  # For machines whose own policy is to drop.
  iptables -w -A "$FILTER_CHAIN" -i "$BRIDGE" -j ACCEPT
  iptables -w -A "$FILTER_CHAIN" -o "$BRIDGE" -j ACCEPT
  iptables -w -I INPUT -j "$FILTER_CHAIN"
  iptables -w -I FORWARD -j "$FILTER_CHAIN"
}

remove_network() {
  local device setting value command
  for device in $(ip -o link show master "$BRIDGE" 2>/dev/null | sed 's/^[0-9]*: \([^@:]*\).*/\1/'); do
    ip link delete "$device" 2>/dev/null || true
  done
  ip link delete "$BRIDGE" 2>/dev/null || true
  for command in iptables ip6tables; do
    [ ! -e "$STATE_DIR/$command-chains" ] || remove_chains "$command"
  done
  [ -e "$STATE_DIR/kernel-settings" ] || return 0
  while read -r setting value; do
    [ "$(cat "/proc/sys/$setting")" = "$value" ] || echo "$value" >"/proc/sys/$setting"
  done <"$STATE_DIR/kernel-settings"
}

# Removes the chains that were not there before, and the jumps to them, and
# leaves every other rule with its counters as it is.
remove_chains() {
  local table chains
  for table in raw mangle nat filter; do
    chains=$(comm -13 <(sort "$STATE_DIR/$1-chains") <(node_chains "$1" | sort) |
      sed -n "s/^$table //p" | paste -sd '|')
    [ -n "$chains" ] || continue
    "$1-save" -c -t "$table" |
      grep -Ev "^:($chains) |^(\[[0-9:]*\] )?-A ($chains) | -[jg] ($chains)( |\$)" |
      "$1-restore" -w -c -T "$table"
  done
}
