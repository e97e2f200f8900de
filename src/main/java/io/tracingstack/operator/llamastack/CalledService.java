package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A Service of the cluster that a server calls, as a variable of its container names it. */
public record CalledService(String variable, String namespace, String name) {
  /**
   * Names in the configurations that llama-stack and OGX are shipped with, for models, guardrails
   * and the database.
   */
  private static final Set<String> VARIABLES =
      Set.of(
          "VLLM_URL", "VLLM_EMBEDDING_URL", "OLLAMA_URL", "FMS_ORCHESTRATOR_URL", "POSTGRES_HOST");

  /** What there is of a Service. */
  public enum State {
    MISSING,
    /** It is there, and no pod behind it is ready. */
    WITHOUT_PODS,
    SERVING
  }

  /**
   * Reads a container's variables; those that name a host outside are left out.
   *
   * @param namespace of the server, in which short names are looked up
   */
  public static List<CalledService> of(String namespace, Container container) {
    Map<String, String> values = new LinkedHashMap<>();
    // The last of a name wins.
    container.getEnv().stream()
        .filter(v -> VARIABLES.contains(v.getName()) && v.getValue() != null)
        .forEach((EnvVar v) -> values.put(v.getName(), v.getValue()));
    return values.entrySet().stream()
        .flatMap(
            e ->
                host(e.getValue()).flatMap(host -> inCluster(e.getKey(), namespace, host)).stream())
        .toList();
  }

  /** Of a URL, or of what has no scheme. */
  private static Optional<String> host(String text) {
    try {
      String url = text.contains("://") ? text.trim() : "tcp://" + text.trim();
      return Optional.ofNullable(URI.create(url).getHost());
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  private static Optional<CalledService> inCluster(String variable, String namespace, String host) {
    List<String> parts = List.of(host.split("\\."));
    if (parts.size() == 1) {
      return host.equals("localhost")
          ? Optional.empty()
          : Optional.of(new CalledService(variable, namespace, host));
    }
    return parts.size() >= 3 && parts.get(2).equals("svc")
        ? Optional.of(new CalledService(variable, parts.get(1), parts.get(0)))
        : Optional.empty();
  }

  /** What to tell of it; empty where it serves. */
  Optional<String> warning(State state) {
    String names = "%s names the Service %s/%s, ".formatted(variable, namespace, name);
    return switch (state) {
      case MISSING -> Optional.of(names + "which does not exist");
      case WITHOUT_PODS -> Optional.of(names + "which has no pod that is ready");
      case SERVING -> Optional.empty();
    };
  }
}
