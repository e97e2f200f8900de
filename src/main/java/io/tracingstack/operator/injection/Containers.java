package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Chooses the containers of a pod that are injected. */
public final class Containers {
  /** Containers that meshes and platforms put beside an application. */
  private static final Set<String> SIDECARS =
      Set.of(
          "istio-proxy",
          "linkerd-proxy",
          "envoy",
          "envoy-sidecar",
          "consul-dataplane",
          "otc-container",
          "jaeger-agent",
          "oauth-proxy",
          "kube-rbac-proxy",
          "cloud-sql-proxy",
          "cloudsql-proxy",
          "vault-agent",
          "daprd",
          "fluent-bit",
          "filebeat");

  /** The field's own way to say which container of a pod is the application. */
  private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

  private Containers() {}

  /** The names chosen, or why none can be: exactly one of the two is present. */
  public record Choice(List<String> names, Optional<Refusal> refusal) {
    /** The chosen ones of this template. */
    public List<Container> of(PodTemplateSpec template) {
      return template.getSpec().getContainers().stream()
          .filter(c -> names.contains(c.getName()))
          .toList();
    }
  }

  /**
   * Chooses.
   *
   * @param known the one that is known to be the application, unless the user names others
   */
  public static Choice choose(
      WorkloadView workload, PodTemplateSpec template, Optional<String> known) {
    List<String> all = template.getSpec().getContainers().stream().map(Container::getName).toList();
    String asked = workload.annotations().get(Labels.CONTAINERS);
    if (asked != null) {
      List<String> names =
          Arrays.stream(asked.split(","))
              .map(String::trim)
              .filter(n -> !n.isEmpty())
              .distinct()
              .toList();
      Optional<String> unknown = names.stream().filter(n -> !all.contains(n)).findFirst();
      if (names.isEmpty() || unknown.isPresent()) {
        return refuse(
            Reason.UNKNOWN_CONTAINER,
            "annotation %s names '%s'; containers are %s"
                .formatted(Labels.CONTAINERS, unknown.orElse(asked), all));
      }
      return new Choice(names, Optional.empty());
    }
    if (known.filter(all::contains).isPresent()) {
      return new Choice(List.of(known.get()), Optional.empty());
    }
    if (all.size() == 1) {
      return new Choice(all, Optional.empty());
    }
    Optional<String> marked =
        Optional.ofNullable(template.getMetadata())
            .map(m -> m.getAnnotations())
            .map(a -> a.get(DEFAULT_CONTAINER))
            .filter(all::contains);
    return marked
        .or(() -> all.stream().filter(n -> !SIDECARS.contains(n)).findFirst())
        .map(name -> new Choice(List.of(name), Optional.empty()))
        .orElseGet(
            () ->
                refuse(Reason.AMBIGUOUS_CONTAINER, "every container looks like a sidecar: " + all));
  }

  private static Choice refuse(Reason reason, String message) {
    return new Choice(List.of(), Optional.of(new Refusal(reason, message)));
  }
}
