# shellcheck shell=bash
# Sourced by the scripts beside it, from the root of the tree: the cluster's kubectl.
KUBECONFIG=$(testbed/cluster kubeconfig)
export KUBECONFIG
KUBECTL=$(dirname "$KUBECONFIG")/kubectl
[ -x "$KUBECTL" ] || KUBECTL=$(command -v kubectl) || { echo "kubectl is not in PATH" >&2; exit 1; }
