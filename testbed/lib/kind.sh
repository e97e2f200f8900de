# The driver kind: the node is a container of docker or podman.
# shellcheck shell=bash

AUDIT_LOG=$STATE_DIR/audit/audit.log

kind_up() {
  if kind_healthy; then
    say "the cluster is up"
    return
  fi
  [ ! -e "$STATE_DIR" ] || say "clearing away what is left of an earlier cluster …"
  kind_down
  mkdir -p "$STATE_DIR/audit"
  chmod 700 "$STATE_DIR"
  echo kind >"$STATE_DIR/driver"
  kind_config >"$STATE_DIR/kind.yaml"
  cp "$TESTBED_DIR/manifests/audit-policy.yaml" "$STATE_DIR/audit-policy.yaml"
  logged kind-create "creating a kind cluster (about 1 min, longer the first time)" \
    kind create cluster --name "$KIND_CLUSTER" --image "$KIND_NODE_IMAGE" \
    --config "$STATE_DIR/kind.yaml" --kubeconfig "$KUBECONFIG_FILE" --wait 120s
  chmod 600 "$KUBECONFIG_FILE"
  logged kind-dns "waiting for the cluster's DNS" cluster_kubectl --namespace kube-system \
    rollout status deployment/coredns --timeout 90s
  touch "$STATE_DIR/complete"
  say "the cluster is up"
}

# The node sees the policy and the log's directory of this machine.
kind_config() {
  cat <<YAML
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  extraMounts:
  - hostPath: $STATE_DIR/audit-policy.yaml
    containerPath: /etc/kubernetes/audit-policy.yaml
    readOnly: true
  - hostPath: $STATE_DIR/audit
    containerPath: /var/log/kubernetes
  kubeadmConfigPatches:
  - |
    kind: ClusterConfiguration
    apiServer:
      extraArgs:
        audit-policy-file: /etc/kubernetes/audit-policy.yaml
        audit-log-path: /var/log/kubernetes/audit.log
        audit-log-maxsize: "500"
        audit-log-maxbackup: "1"
      extraVolumes:
      - name: audit-policy
        hostPath: /etc/kubernetes/audit-policy.yaml
        mountPath: /etc/kubernetes/audit-policy.yaml
        readOnly: true
        pathType: File
      - name: audit-log
        hostPath: /var/log/kubernetes
        mountPath: /var/log/kubernetes
        pathType: DirectoryOrCreate
YAML
}


kind_down() {
  kind delete cluster --name "$KIND_CLUSTER" --kubeconfig "$KUBECONFIG_FILE" >/dev/null 2>&1 || true
  rm -rf --one-file-system "$STATE_DIR"
}

kind_healthy() {
  [ -e "$STATE_DIR/complete" ] && cluster_kubectl get --raw /readyz >/dev/null 2>&1
}

kind_status() {
  kind get nodes --name "$KIND_CLUSTER"
  kind_healthy
}
