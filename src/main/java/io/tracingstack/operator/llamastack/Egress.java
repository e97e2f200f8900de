package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.tracingstack.operator.stack.LabelSelectors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether NetworkPolicies let a server's pods send to the collector. What cannot be told from the
 * objects, such as a block of addresses, counts as allowed. Whether the cluster's network enforces
 * any of them is not known.
 *
 * @param policies all of the server's namespace
 * @param namespace of the server
 * @param podLabels of its pods
 */
public record Egress(
    List<NetworkPolicy> policies, String namespace, Map<String, String> podLabels) {
  private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

  /** The collector's pods, as policies may select them. */
  public record Collector(
      String namespace,
      Map<String, String> namespaceLabels,
      Map<String, String> podLabels,
      int port) {}

  /** What to tell where the way is closed; by several policies what one allows is allowed. */
  Optional<String> warning(Optional<ServerView> server, Collector collector) {
    List<NetworkPolicy> enforced = policies.stream().filter(this::restricts).toList();
    boolean open =
        enforced.isEmpty()
            || enforced.stream()
                .flatMap(p -> p.getSpec().getEgress().stream())
                .anyMatch(rule -> allows(rule, collector));
    return open
        ? Optional.empty()
        : Optional.of(
            ("no egress rule of NetworkPolicy %s lets it reach the collector; add to %s:"
                    + " {to: [{namespaceSelector: {matchLabels: {%s: %s}}}], ports: [{port: %d}]}")
                .formatted(
                    enforced.stream()
                        .map(p -> p.getMetadata().getName())
                        .sorted()
                        .collect(Collectors.joining(", ")),
                    field(server, enforced),
                    NAMESPACE_NAME,
                    collector.namespace(),
                    collector.port()));
  }

  /** OGX's operator makes a policy of what its server says. */
  private static String field(Optional<ServerView> server, List<NetworkPolicy> enforced) {
    return server
        .filter(s -> s.api() == ServerApi.OGX_SERVER)
        .filter(
            s ->
                enforced.stream()
                    .anyMatch(p -> p.getMetadata().getName().equals(s.name() + "-network-policy")))
        .map(s -> s.title() + " spec.network.policy.egress")
        .orElse("its spec.egress");
  }

  private boolean restricts(NetworkPolicy policy) {
    List<String> types = policy.getSpec().getPolicyTypes();
    boolean egress =
        types.isEmpty() ? !policy.getSpec().getEgress().isEmpty() : types.contains("Egress");
    return egress
        && (policy.getSpec().getPodSelector() == null
            || LabelSelectors.matches(policy.getSpec().getPodSelector(), podLabels));
  }

  private boolean allows(NetworkPolicyEgressRule rule, Collector collector) {
    return (rule.getPorts().isEmpty()
            || rule.getPorts().stream().anyMatch(p -> allows(p, collector.port())))
        && (rule.getTo().isEmpty() || rule.getTo().stream().anyMatch(p -> allows(p, collector)));
  }

  private static boolean allows(NetworkPolicyPort rule, int port) {
    if (rule.getProtocol() != null && !rule.getProtocol().equals("TCP")) {
      return false;
    }
    Integer first = Optional.ofNullable(rule.getPort()).map(IntOrString::getIntVal).orElse(null);
    return first == null
        || first == port
        || rule.getEndPort() != null && first <= port && port <= rule.getEndPort();
  }

  private boolean allows(NetworkPolicyPeer peer, Collector collector) {
    if (peer.getIpBlock() != null) {
      return true;
    }
    boolean sameNamespace = namespace.equals(collector.namespace());
    return (peer.getNamespaceSelector() == null
            ? sameNamespace
            : LabelSelectors.matches(peer.getNamespaceSelector(), collector.namespaceLabels()))
        && (peer.getPodSelector() == null
            || LabelSelectors.matches(peer.getPodSelector(), collector.podLabels()));
  }
}
