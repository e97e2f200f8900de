package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kinds of servers of which an operator of their own makes Deployments for each object. These
 * are what is traced, or told about; the object itself is only read.
 */
public enum ServerApi {
  /** Of llama-stack-k8s-operator up to 0.9. */
  LLAMA_STACK_DISTRIBUTION(
      "llamastack.io",
      "v1alpha1",
      "LlamaStackDistribution",
      "llamastackdistributions",
      Labels.INJECT_LLAMA_STACK),
  /** Of its successor, ogx-k8s-operator. */
  OGX_SERVER("ogx.io", "v1beta1", "OGXServer", "ogxservers", Labels.INJECT_LLAMA_STACK),
  /** Of KServe, where it makes Deployments and not Services of Knative. */
  INFERENCE_SERVICE(
      "serving.kserve.io", "v1beta1", "InferenceService", "inferenceservices", Labels.INJECT_VLLM),
  /** Of KServe from 0.16 on. */
  LLM_INFERENCE_SERVICE(
      "serving.kserve.io",
      "v1alpha1",
      "LLMInferenceService",
      "llminferenceservices",
      Labels.INJECT_VLLM);

  private final String group;
  private final String version;
  private final String kind;
  private final String plural;
  private final String language;

  ServerApi(String group, String version, String kind, String plural, String language) {
    this.group = group;
    this.version = version;
    this.kind = kind;
    this.plural = plural;
    this.language = language;
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

  /** The value of the label {@code inject} that is for such servers. */
  public String language() {
    return language;
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
