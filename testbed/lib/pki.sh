# Keys, certificates and kubeconfig files of the cluster.
# shellcheck shell=bash

PKI_DIR=$STATE_DIR/pki

create_pki() (
  umask 077
  mkdir -p "$PKI_DIR"
  cd "$PKI_DIR" || exit
  authority ca
  authority front-proxy-ca
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out service-accounts.key 2>/dev/null
  openssl pkey -in service-accounts.key -pubout -out service-accounts.pub

  local cluster=DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
  cluster+=,DNS:kubernetes.default.svc.cluster.local,DNS:localhost
  cluster+=,IP:$API_SERVICE_IP,IP:$NODE_IP,IP:127.0.0.1
  certificate ca apiserver /CN=kube-apiserver serverAuth "$cluster"
  certificate ca kubelet-server "/CN=system:node:$NODE_NAME/O=system:nodes" serverAuth "DNS:$NODE_NAME,IP:$NODE_IP"
  certificate ca etcd /CN=etcd serverAuth,clientAuth "IP:$NODE_IP"
  certificate ca apiserver-kubelet /CN=kube-apiserver-kubelet-client/O=system:masters clientAuth
  certificate front-proxy-ca front-proxy /CN=front-proxy-client clientAuth

  client admin "/CN=testbed-admin/O=system:masters" "$KUBECONFIG_FILE"
  client controller-manager /CN=system:kube-controller-manager controller-manager.kubeconfig
  client scheduler /CN=system:kube-scheduler scheduler.kubeconfig
  client proxy /CN=system:kube-proxy proxy.kubeconfig
  client kubelet "/CN=system:node:$NODE_NAME/O=system:nodes" kubelet.kubeconfig
)

new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}

authority() {
  new_key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=tracingstack-testbed-$1" -days 3650 -out "$1.crt" \
    -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature
}

# certificate AUTHORITY NAME SUBJECT USAGE [ALTERNATIVE_NAMES]
certificate() {
  new_key "$2"
  openssl req -new -key "$2.key" -subj "$3" -out "$2.csr"
  {
    echo "basicConstraints=critical,CA:FALSE"
    echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$4"
    [ -z "${5:-}" ] || echo "subjectAltName=$5"
  } >"$2.extensions"
  openssl x509 -req -in "$2.csr" -CA "$1.crt" -CAkey "$1.key" -CAcreateserial -days 3650 \
    -extfile "$2.extensions" -out "$2.crt" 2>/dev/null
  rm "$2.csr" "$2.extensions"
}

# client NAME SUBJECT FILE
client() {
  certificate ca "$1" "$2" clientAuth
  cat >"$3" <<YAML
apiVersion: v1
kind: Config
clusters:
- name: tracingstack-testbed
  cluster:
    server: https://$NODE_IP:6443
    certificate-authority-data: $(base64 -w0 ca.crt)
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w0 "$1.crt")
    client-key-data: $(base64 -w0 "$1.key")
contexts:
- name: tracingstack-testbed
  context: {cluster: tracingstack-testbed, user: $1}
current-context: tracingstack-testbed
YAML
}
