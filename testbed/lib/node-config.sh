# Configuration files of the node's daemons.
# shellcheck shell=bash

CONFIG_DIR=$STATE_DIR/config
CONTAINERD_SOCKET=$STATE_DIR/containerd.sock
AUDIT_LOG=$STATE_DIR/audit/audit.log

write_node_config() {
  mkdir -p "$CONFIG_DIR/cni" "$STATE_DIR/audit"
  chmod 700 "$STATE_DIR/audit"
  containerd_config >"$CONFIG_DIR/containerd.toml"
  network_config >"$CONFIG_DIR/cni/10-$CNI_NETWORK.conflist"
  name_servers >"$CONFIG_DIR/resolv.conf"
  kubelet_config >"$CONFIG_DIR/kubelet.yaml"
  proxy_config >"$CONFIG_DIR/proxy.yaml"
}

# Everything is below our own directories, even what has a default elsewhere.
# restrict_oom_score_adj: not every machine lets its root lower the score.
containerd_config() {
  cat <<TOML
version = 2
root = "$STATE_DIR/containerd"
state = "$STATE_DIR/containerd-state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = "$CONTAINERD_SOCKET"

[plugins."io.containerd.internal.v1.opt"]
  path = "$STATE_DIR/containerd-opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$LOCAL_PAUSE_IMAGE"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$CONFIG_DIR/cni"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "$STATE_DIR/runc"
        SystemdCgroup = false
TOML
}

network_config() {
  cat <<JSON
{
  "cniVersion": "0.4.0",
  "name": "$CNI_NETWORK",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$BRIDGE",
      "isGateway": true,
      "ipMasq": true,
      "hairpinMode": true,
      "ipam": {
        "type": "host-local",
        "dataDir": "$STATE_DIR/addresses",
        "ranges": [[{"subnet": "$POD_NETWORK", "gateway": "$NODE_IP"}]],
        "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
JSON
}

# A name server on the loopback device cannot be reached from a pod.
name_servers() {
  local file=/etc/resolv.conf
  [ ! -s /run/systemd/resolve/resolv.conf ] || file=/run/systemd/resolve/resolv.conf
  grep -E '^nameserver ' "$file" 2>/dev/null | grep -Ev '^nameserver (127\.|::1)' || true
}

# Images are never collected: there is no registry to get them from again.
kubelet_config() {
  cat <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $PKI_DIR/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $PKI_DIR/kubelet-server.crt
tlsPrivateKeyFile: $PKI_DIR/kubelet-server.key
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
clusterDNS: [$DNS_SERVICE_IP]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://$CONTAINERD_SOCKET
failCgroupV1: false
failSwapOn: false
maxPods: 200
evictionHard:
  memory.available: 50Mi
  nodefs.available: 1%
  nodefs.inodesFree: 1%
  imagefs.available: 1%
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
oomScoreAdj: 0
podLogsDir: $STATE_DIR/pod-logs
resolvConf: $CONFIG_DIR/resolv.conf
volumePluginDir: $STATE_DIR/volume-plugins
YAML
}

# Zeros leave the kernel's connection tracking as it is.
proxy_config() {
  cat <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clientConnection: {kubeconfig: $PKI_DIR/proxy.kubeconfig}
clusterCIDR: $POD_NETWORK
hostnameOverride: $NODE_NAME
bindAddress: $NODE_IP
healthzBindAddress: $NODE_IP:10256
metricsBindAddress: $NODE_IP:10249
oomScoreAdj: 0
iptables: {localhostNodePorts: false}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
}
