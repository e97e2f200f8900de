package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kinds of which an operator of their own makes a Deployment for each object, named like it.
 * That Deployment is what is traced; the object itself is only read.
 */
public enum ServerApi {
  /** Of llama-stack-k8s-operator up to 0.9. */
  LLAMA_STACK_DISTRIBUTION(
      "llamastack.io", "v1alpha1", "LlamaStackDistribution", "llamastackdistributions"),
  /** Of its successor, ogx-k8s-operator. */
  OGX_SERVER("ogx.io", "v1beta1", "OGXServer", "ogxservers");

  private final String group;
  private final String version;
  private final String kind;
  private final String plural;

  ServerApi(String group, String version, String kind, String plural) {
    this.group = group;
    this.version = version;
    this.kind = kind;
    this.plural = plural;
  }

  public String group() {
    return group;
  }

  public String version() {
    return version;
  }

  public String kind() {
    return kind;
  }

  public String plural() {
    return plural;
  }

  /** The name of its CustomResourceDefinition. */
  public String crd() {
    return plural + "." + group;
  }

  /** The kind of an object, empty for one that is no server; versions of a group count alike. */
  public static Optional<ServerApi> of(HasMetadata object) {
    return of(object.getApiVersion(), object.getKind());
  }

  private static Optional<ServerApi> of(String apiVersion, String kind) {
    return Stream.of(values())
        .filter(a -> a.kind.equals(kind) && String.valueOf(apiVersion).startsWith(a.group + "/"))
        .findFirst();
  }

  /** What controls a workload, if it is a server of one of these kinds. */
  public static Optional<OwnerReference> ownerOf(HasMetadata workload) {
    return workload.getMetadata().getOwnerReferences().stream()
        .filter(o -> Boolean.TRUE.equals(o.getController()))
        .filter(o -> of(o.getApiVersion(), o.getKind()).isPresent())
        .findFirst();
  }

  /** The kind that an owner is of. */
  public static Optional<ServerApi> of(OwnerReference owner) {
    return of(owner.getApiVersion(), owner.getKind());
  }
}
