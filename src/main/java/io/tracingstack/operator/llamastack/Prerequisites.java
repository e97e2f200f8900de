package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a server's container leans on and what of it is missing. It is told, and keeps nobody from
 * tracing: the server may work without.
 */
public final class Prerequisites {
  private Prerequisites() {}

  /**
   * What was found of what a container names.
   *
   * @param services each one that it calls
   * @param configMaps keys of each one that exists of those that it takes variables from
   * @param refusals what the kubelet says of containers of the server's that it cannot make
   */
  public record Facts(
      Map<CalledService, CalledService.State> services,
      Map<String, Set<String>> configMaps,
      List<String> refusals,
      Egress egress,
      Egress.Collector collector) {}

  /** What to look after, in the order of the container's variables. */
  public static List<String> warnings(
      Optional<ServerView> server, Container container, Facts facts) {
    return Stream.of(
            facts.services().entrySet().stream()
                .flatMap(e -> e.getKey().warning(e.getValue()).stream()),
            KeyReference.of(container).stream()
                .flatMap(r -> r.missing(facts.configMaps()).stream()),
            KeyReference.of(container).stream().flatMap(r -> r.missing(facts.refusals()).stream()),
            facts.egress().warning(server, facts.collector()).stream())
        .flatMap(w -> w)
        .toList();
  }
}
