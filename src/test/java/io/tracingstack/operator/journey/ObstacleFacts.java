package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.JavaInjection;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import io.tracingstack.operator.testing.TestWorkloads;
import io.tracingstack.operator.testing.Yaml;
import io.tracingstack.operator.verification.PodView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A healthy Deployment of two pods in an empty namespace, and what is different from that. */
final class ObstacleFacts {
  /** When everybody looks. */
  static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");

  private String containers = "[{name: app}]";
  private String instrumentation = "{}";
  private Map<String, String> annotations = Map.of();
  private boolean injected;
  private RolloutView rollout = new RolloutView(true, 2, 2, 2, 2, false, false);
  private Surge surge = new Surge(1, 0);
  private List<PodView> pods = List.of();
  private List<ResourceQuota> quotas = List.of();
  private List<LimitRange> limitRanges = List.of();
  private List<PersistentVolumeClaim> claims = List.of();
  private boolean riding;

  ObstacleFacts containers(String yaml) {
    containers = yaml;
    return this;
  }

  /** Another content of the init container than the operator's own. */
  ObstacleFacts instrumentation(String yaml) {
    instrumentation = yaml;
    return this;
  }

  ObstacleFacts accepting(String risks) {
    annotations = risks == null ? Map.of() : Map.of(Labels.ACCEPT_RISK, risks);
    return this;
  }

  /** The workload has the operator's own content in it. */
  ObstacleFacts injected() {
    injected = true;
    return this;
  }

  ObstacleFacts rollout(RolloutView view) {
    rollout = view;
    return this;
  }

  ObstacleFacts surge(Surge value) {
    surge = value;
    return this;
  }

  ObstacleFacts pods(PodView... present) {
    pods = List.of(present);
    return this;
  }

  ObstacleFacts quota(String yaml) {
    quotas = List.of(Yaml.read(yaml, ResourceQuota.class));
    return this;
  }

  ObstacleFacts limitRange(String item) {
    limitRanges =
        List.of(
            Yaml.read(
                "{metadata: {name: bounds}, spec: {limits: [" + item + "]}}", LimitRange.class));
    return this;
  }

  /** The pods mount a claim with these access modes. */
  ObstacleFacts claim(String modes) {
    claims =
        List.of(
            Yaml.read(
                "{metadata: {name: assistant-pvc}, spec: {accessModes: [" + modes + "]}}",
                PersistentVolumeClaim.class));
    return this;
  }

  ObstacleFacts riding() {
    riding = true;
    return this;
  }

  Optional<Refusal> find() {
    PodTemplateSpec template =
        Yaml.read(
            "{metadata: {labels: {app: checkout}}, spec: {containers: " + containers + "}}",
            PodTemplateSpec.class);
    if (injected) {
      template = ServerSideApply.apply(template, plan(view(template), "{}").fragment());
    }
    WorkloadView workload = view(template);
    return Obstacles.find(
        new Obstacles.Facts(
            workload,
            plan(workload, instrumentation),
            rollout,
            surge,
            pods,
            quotas,
            limitRanges,
            claims,
            riding,
            NOW));
  }

  private WorkloadView view(PodTemplateSpec template) {
    return TestWorkloads.deployment(annotations, template);
  }

  private static InjectionPlan plan(WorkloadView workload, String instrumentation) {
    return JavaInjection.decide(
            "journey",
            workload,
            TestStacks.plan("instrumentation: " + instrumentation).instrumentation(),
            EnvFromNames.NONE)
        .plan()
        .orElseThrow();
  }
}
