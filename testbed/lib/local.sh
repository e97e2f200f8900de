# The driver local: Kubernetes' own programs as processes of this machine.
# shellcheck shell=bash

NODE_NAME=testbed
DAEMONS=(kubelet proxy scheduler controller-manager apiserver etcd containerd)

for part in packages images process cgroups network pki node-config; do
  # shellcheck source=/dev/null
  . "$TESTBED_DIR/lib/$part.sh"
done
unset part

local_up() {
  require_root "the cluster"
  # Unix sockets have short names.
  [ ${#STATE_DIR} -le 70 ] || fail "the path of the state directory is too long: $STATE_DIR"
  require_commands etcd:etcd-server containerd:containerd runc:runc iptables:iptables \
    host-local:containernetworking-plugins ip:iproute2 openssl:openssl curl:curl \
    buildah:buildah jq:jq
  local programs kubernetes coredns pause_archive coredns_archive
  programs=$("$TESTBED_DIR/binaries" pause coredns kubernetes)
  { read -r pause; read -r coredns; read -r kubernetes; } <<<"$programs"
  if local_healthy; then
    say "the cluster is up"
    return
  fi
  [ ! -e "$STATE_DIR" ] || say "clearing away what is left of an earlier cluster …"
  local_down
  mkdir -p "$STATE_DIR"
  chmod 700 "$STATE_DIR"
  echo local >"$STATE_DIR/driver"
  pause_archive=$(program_image "$LOCAL_PAUSE_IMAGE" "$pause/pause" 65535)
  coredns_archive=$(program_image "$LOCAL_COREDNS_IMAGE" "$coredns/coredns" 65532)

  say "starting the control plane …"
  remember_network
  create_network
  create_cgroups
  create_pki
  write_node_config
  start_control_plane "$kubernetes"
  start_daemon containerd containerd --config "$CONFIG_DIR/containerd.toml"
  await 30 "containerd" ctr_here version
  "$TESTBED_DIR/load" "$pause_archive" "$coredns_archive"
  await 60 "the API server" api_ready
  start_node "$kubernetes"

  ln -sfn "$kubernetes/kubectl" "$STATE_DIR/kubectl"
  await 30 "the default service account" cluster_kubectl get serviceaccount default
  cluster_dns | cluster_kubectl apply --filename - >/dev/null
  say "waiting for the node and its DNS …"
  await 90 "the node" node_ready
  cluster_kubectl --namespace kube-system rollout status deployment/coredns --timeout 90s >/dev/null ||
    fail "CoreDNS does not become ready; see $DAEMON_LOG_DIR"
  touch "$STATE_DIR/complete"
  say "the cluster is up"
}

start_control_plane() {
  local etcd=https://$NODE_IP:2379
  # Its data need not survive a crash of the machine.
  start_daemon etcd etcd --name testbed --data-dir "$STATE_DIR/etcd" --unsafe-no-fsync \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "https://$NODE_IP:2380" --initial-advertise-peer-urls "https://$NODE_IP:2380" \
    --initial-cluster "testbed=https://$NODE_IP:2380" \
    --cert-file "$PKI_DIR/etcd.crt" --key-file "$PKI_DIR/etcd.key" \
    --client-cert-auth --trusted-ca-file "$PKI_DIR/ca.crt" \
    --peer-cert-file "$PKI_DIR/etcd.crt" --peer-key-file "$PKI_DIR/etcd.key" \
    --peer-client-cert-auth --peer-trusted-ca-file "$PKI_DIR/ca.crt"
  # Node names do not resolve, hence kubelet-preferred-address-types.
  start_daemon apiserver "$1/kube-apiserver" \
    --bind-address "$NODE_IP" --advertise-address "$NODE_IP" --secure-port 6443 \
    --etcd-servers "$etcd" --etcd-cafile "$PKI_DIR/ca.crt" \
    --etcd-certfile "$PKI_DIR/etcd.crt" --etcd-keyfile "$PKI_DIR/etcd.key" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
    --client-ca-file "$PKI_DIR/ca.crt" \
    --tls-cert-file "$PKI_DIR/apiserver.crt" --tls-private-key-file "$PKI_DIR/apiserver.key" \
    --kubelet-certificate-authority "$PKI_DIR/ca.crt" \
    --kubelet-client-certificate "$PKI_DIR/apiserver-kubelet.crt" \
    --kubelet-client-key "$PKI_DIR/apiserver-kubelet.key" \
    --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$PKI_DIR/service-accounts.pub" \
    --service-account-signing-key-file "$PKI_DIR/service-accounts.key" \
    --service-cluster-ip-range "$SERVICE_NETWORK" --allow-privileged=true \
    --requestheader-client-ca-file "$PKI_DIR/front-proxy-ca.crt" \
    --requestheader-allowed-names front-proxy-client \
    --requestheader-username-headers X-Remote-User \
    --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$PKI_DIR/front-proxy.crt" \
    --proxy-client-key-file "$PKI_DIR/front-proxy.key" \
    --audit-policy-file "$TESTBED_DIR/manifests/audit-policy.yaml" --audit-log-path "$AUDIT_LOG" \
    --audit-log-maxsize 500 --audit-log-maxbackup 1
}

start_node() {
  local leaderless=(--leader-elect=false --bind-address "$NODE_IP")
  start_daemon controller-manager "$1/kube-controller-manager" "${leaderless[@]}" \
    --kubeconfig "$PKI_DIR/controller-manager.kubeconfig" \
    --authentication-kubeconfig "$PKI_DIR/controller-manager.kubeconfig" \
    --authorization-kubeconfig "$PKI_DIR/controller-manager.kubeconfig" \
    --use-service-account-credentials=true \
    --service-account-private-key-file "$PKI_DIR/service-accounts.key" \
    --root-ca-file "$PKI_DIR/ca.crt" \
    --cluster-signing-cert-file "$PKI_DIR/ca.crt" --cluster-signing-key-file "$PKI_DIR/ca.key"
  start_daemon scheduler "$1/kube-scheduler" "${leaderless[@]}" \
    --kubeconfig "$PKI_DIR/scheduler.kubeconfig" \
    --authentication-kubeconfig "$PKI_DIR/scheduler.kubeconfig" \
    --authorization-kubeconfig "$PKI_DIR/scheduler.kubeconfig"
  start_daemon proxy "$1/kube-proxy" --config "$CONFIG_DIR/proxy.yaml"
  start_daemon kubelet "$1/kubelet" --config "$CONFIG_DIR/kubelet.yaml" \
    --kubeconfig "$PKI_DIR/kubelet.kubeconfig" --root-dir "$STATE_DIR/kubelet" \
    --hostname-override "$NODE_NAME" --node-ip "$NODE_IP"
}

# Removes processes, mounts, devices, rules, groups and files of a cluster, in
# whatever state it is. Also how a killed start is cleared away.
local_down() {
  local socket
  [ -e "$STATE_DIR" ] || return 0
  require_root "the cluster"
  kill_daemons "${DAEMONS[@]}"
  kill_shims "$CONTAINERD_SOCKET"
  remove_cgroups
  remove_container_files
  unmount_below "$STATE_DIR"
  remove_network
  remove_kubelet_files
  # A mount that could not be removed must not be emptied.
  rm -rf --one-file-system "$STATE_DIR"
}

# What shims and network plugins put into directories of their own choice.
remove_container_files() {
  local file
  { find "$STATE_DIR/containerd-state" -name address -exec cat {} \; -exec echo \; 2>/dev/null || true; } |
    while read -r file; do
      [[ $file != unix:///run/containerd/s/* ]] || rm -f "${file#unix://}"
    done
  for file in "$STATE_DIR"/containerd/io.containerd.grpc.v1.cri/sandboxes/*; do
    [ ! -d "$file" ] || rm -f /var/lib/cni/results/*-"${file##*/}"-*
  done
  rmdir /run/containerd/s /run/containerd /var/lib/cni/results /var/lib/cni 2>/dev/null || true
}

# What kubelet puts there.
remove_kubelet_files() {
  local link
  for link in /var/log/containers/*; do
    [[ $(readlink "$link" || true) != "$STATE_DIR/"* ]] || rm -f "$link"
  done
  rm -f /var/lib/kubelet/device-plugins/kubelet.sock
  rmdir /var/log/containers /var/lib/kubelet/device-plugins /var/lib/kubelet 2>/dev/null || true
}

local_healthy() {
  local name
  [ -e "$STATE_DIR/complete" ] || return 1
  for name in "${DAEMONS[@]}"; do
    daemon_pid "$name" >/dev/null || return 1
  done
  api_ready && node_ready
}

local_status() {
  local name pid
  for name in "${DAEMONS[@]}"; do
    if pid=$(daemon_pid "$name"); then
      printf '%-20s running, process %s\n' "$name" "$pid"
    else
      printf '%-20s not running\n' "$name"
    fi
  done
  local_healthy
}

ctr_here() {
  ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io "$@"
}

api_ready() {
  curl --silent --fail --max-time 5 --cacert "$PKI_DIR/ca.crt" \
    --cert "$PKI_DIR/admin.crt" --key "$PKI_DIR/admin.key" "https://$NODE_IP:6443/readyz"
} >/dev/null

node_ready() {
  [ "$(cluster_kubectl get node "$NODE_NAME" \
    --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# Without a name server outside, names outside simply do not resolve.
cluster_dns() {
  local forward='/FORWARD/d'
  [ ! -s "$CONFIG_DIR/resolv.conf" ] || forward='s|FORWARD|forward . /etc/resolv.conf|'
  sed -e "s|COREDNS_IMAGE|$LOCAL_COREDNS_IMAGE|" -e "s|DNS_SERVICE_IP|$DNS_SERVICE_IP|" \
    -e "$forward" "$TESTBED_DIR/manifests/coredns.yaml"
}
