package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.injection.StackCandidate;
import io.tracingstack.operator.injection.StackSelection;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.injection.WorkloadSelection;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.llamastack.ServerSelection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a workload, the server it was made for, their namespace or a stack's selector asks for. */
@ApplicationScoped
public class AskedLanguage {
  private final ClusterWatch watch;
  private final StackPlans plans;
  private final StackSelection.Policy policy;

  AskedLanguage(ClusterWatch watch, StackPlans plans, StackSelection.Policy policy) {
    this.watch = watch;
    this.plans = plans;
    this.policy = policy;
  }

  /**
   * The language; empty where nothing asks for one.
   *
   * @param server the one that it was made for, if any
   */
  Optional<String> language(
      HasMetadata workload, Optional<GenericKubernetesResource> server, Namespace namespace) {
    if (workload.getMetadata().getDeletionTimestamp() != null) {
      return Optional.empty();
    }
    Map<String, String> labels = orEmpty(workload.getMetadata().getLabels());
    return server
        .map(s -> languageOfServer(workload, s, namespace))
        .orElseGet(
            () ->
                WorkloadSelection.language(
                    WorkloadKind.of(workload).orElseThrow(),
                    labels,
                    orEmpty(namespace.getMetadata().getLabels()),
                    isControlled(workload)
                        || Labels.OPERATOR.equals(labels.get(Labels.MANAGED_BY))));
  }

  /** What asks for a Deployment that the operator of a server made. */
  private Optional<String> languageOfServer(
      HasMetadata workload, GenericKubernetesResource server, Namespace namespace) {
    Map<String, String> labels = orEmpty(server.getMetadata().getLabels());
    if (server.getMetadata().getDeletionTimestamp() != null) {
      return Optional.empty();
    }
    String language = ServerApi.of(server).orElseThrow().language();
    return ServerSelection.language(
        orEmpty(workload.getMetadata().getLabels()),
        labels,
        orEmpty(namespace.getMetadata().getLabels()),
        language,
        () ->
            Labels.INJECT_LLAMA_STACK.equals(language)
                && selects(workload, server, namespace.getMetadata()));
  }

  private boolean selects(
      HasMetadata workload, GenericKubernetesResource server, ObjectMeta namespace) {
    return StackSelection.choose(
            new StackSelection.NamespaceView(
                namespace.getName(),
                orEmpty(namespace.getLabels()),
                orEmpty(namespace.getAnnotations())),
            merged(server.getMetadata().getLabels(), workload.getMetadata().getLabels()),
            orEmpty(server.getMetadata().getAnnotations()),
            plans.candidates(watch.stacks()),
            policy)
        .stack()
        .flatMap(StackCandidate::plan)
        .filter(
            plan ->
                plan.instrumentation()
                    .llamaStack()
                    .selects(orEmpty(server.getMetadata().getLabels())))
        .isPresent();
  }

  private static Map<String, String> merged(Map<String, String> one, Map<String, String> winning) {
    Map<String, String> all = new TreeMap<>(orEmpty(one));
    all.putAll(orEmpty(winning));
    return all;
  }

  /** Whether another object makes it. */
  static boolean isControlled(HasMetadata workload) {
    return workload.getMetadata().getOwnerReferences().stream()
        .anyMatch(o -> Boolean.TRUE.equals(o.getController()));
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
