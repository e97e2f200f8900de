package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The Service of the cluster that a server takes its model from, as its variable VLLM_URL names it.
 */
public record ModelEndpoint(String namespace, String service) {
  private static final String VARIABLE = "VLLM_URL";

  /**
   * Reads a container's variable; empty where it has none, or one that names a host outside.
   *
   * @param namespace of the server, in which short names are looked up
   */
  public static Optional<ModelEndpoint> of(String namespace, Container container) {
    return container.getEnv().stream()
        .filter(v -> VARIABLE.equals(v.getName()) && v.getValue() != null)
        .map(EnvVar::getValue)
        // The last of a name wins.
        .reduce((first, second) -> second)
        .flatMap(ModelEndpoint::host)
        .flatMap(host -> inCluster(namespace, host));
  }

  private static Optional<String> host(String url) {
    try {
      return Optional.ofNullable(URI.create(url.trim()).getHost());
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  private static Optional<ModelEndpoint> inCluster(String namespace, String host) {
    List<String> parts = List.of(host.split("\\."));
    if (parts.size() == 1) {
      return host.equals("localhost")
          ? Optional.empty()
          : Optional.of(new ModelEndpoint(namespace, host));
    }
    return parts.size() >= 3 && parts.get(2).equals("svc")
        ? Optional.of(new ModelEndpoint(parts.get(1), parts.get(0)))
        : Optional.empty();
  }

  /** What to tell where that Service does not exist. */
  public String missing() {
    return "%s names the Service %s/%s, which does not exist"
        .formatted(VARIABLE, namespace, service);
  }
}
