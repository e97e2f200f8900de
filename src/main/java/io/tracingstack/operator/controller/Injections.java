package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionDecision;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.StackSelection;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.llamastack.LlamaStackInjection;
import io.tracingstack.operator.llamastack.ServerView;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.vllm.VllmInjection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which stack serves a workload, and what of it goes into the workload. */
@ApplicationScoped
public class Injections {
  private final ClusterWatch watch;
  private final StackPlans plans;
  private final StackSelection.Policy policy;
  private final WorkloadStore workloads;

  Injections(
      ClusterWatch watch, StackPlans plans, StackSelection.Policy policy, WorkloadStore workloads) {
    this.watch = watch;
    this.plans = plans;
    this.policy = policy;
    this.workloads = workloads;
  }

  /** Which stack serves a workload, or why none does. */
  StackSelection.Choice stack(TracedWorkload tw, Stored stored) {
    String language = tw.getSpec().language();
    // A server is none of another language's, whatever its label says.
    boolean known =
        stored
            .server()
            .map(s -> s.api().language().equals(language))
            .orElseGet(() -> "java".equals(language) || Labels.INJECT_SERVERS.contains(language));
    if (!known) {
      return new StackSelection.Choice(
          Optional.empty(),
          Optional.of(
              new Refusal(
                  Reason.UNSUPPORTED_LANGUAGE,
                  "label %s of %s has the value '%s'"
                      .formatted(
                          Labels.INJECT,
                          stored
                              .server()
                              .map(ServerView::title)
                              .orElse("the workload or its namespace"),
                          language))));
    }
    ObjectMeta namespace = namespaceOf(tw.getMetadata().getNamespace());
    Map<String, String> labels =
        new HashMap<>(stored.server().map(ServerView::labels).orElse(Map.of()));
    labels.putAll(orEmpty(stored.object().getMetadata().getLabels()));
    return StackSelection.choose(
        new StackSelection.NamespaceView(
            tw.getMetadata().getNamespace(),
            orEmpty(namespace.getLabels()),
            orEmpty(namespace.getAnnotations())),
        labels,
        stored.view().annotations(),
        plans.candidates(watch.stacks()),
        policy);
  }

  /** What goes into a workload, or why nothing does. */
  InjectionDecision content(TracedWorkload tw, Stored stored, InstrumentationPlan instrumentation) {
    return content(tw.getMetadata().getUid(), tw, stored, instrumentation);
  }

  /** The same content under a revision of its own, whose spans prove nothing about the workload. */
  InjectionDecision rehearsal(
      TracedWorkload tw, Stored stored, InstrumentationPlan instrumentation) {
    return content(tw.getMetadata().getUid() + "/rehearsal", tw, stored, instrumentation);
  }

  private InjectionDecision content(
      String journey, TracedWorkload tw, Stored stored, InstrumentationPlan instrumentation) {
    String namespace = tw.getMetadata().getNamespace();
    EnvFromNames envFrom = workloads.envFromNames(namespace, stored.template());
    WorkloadView view = stored.view();
    Map<String, String> annotations = orEmpty(namespaceOf(namespace).getAnnotations());
    return switch (tw.getSpec().language()) {
      case Labels.INJECT_LLAMA_STACK ->
          LlamaStackInjection.decide(
              journey,
              view,
              instrumentation,
              envFrom,
              new LlamaStackInjection.Facts(stored.server(), annotations));
      case Labels.INJECT_VLLM ->
          VllmInjection.decide(
              journey,
              view,
              instrumentation,
              envFrom,
              new VllmInjection.Facts(
                  stored.server(), annotations, WorkloadStore.appliersOfArguments(stored)));
      default -> JavaInjection.decide(journey, view, instrumentation, envFrom);
    };
  }

  private ObjectMeta namespaceOf(String name) {
    return watch.namespace(name).map(Namespace::getMetadata).orElseGet(ObjectMeta::new);
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
