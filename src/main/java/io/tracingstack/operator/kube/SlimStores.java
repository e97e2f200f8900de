package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadSpec;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.AgentReport;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Informer caches that let go of what nobody asks them for. */
public final class SlimStores {
  private SlimStores() {}

  /** A store that drops parts of each object as it comes in; informers hand each one out once. */
  public abstract static class SlimStore<T extends HasMetadata> extends BasicItemStore<T> {
    SlimStore() {
      super(Cache::metaNamespaceKeyFunc);
    }

    abstract void slim(T object);

    @Override
    public T put(String key, T object) {
      object.getMetadata().setManagedFields(List.of());
      slim(object);
      return super.put(key, object);
    }

    @Override
    public boolean isFullState() {
      return false;
    }
  }

  /** Our own kinds, whole but for the record of who wrote which field: half of their size. */
  public static class WithoutManagedFields<T extends HasMetadata> extends SlimStore<T> {
    @Override
    void slim(T object) {
      // Managed fields are dropped for every kind.
    }

    @Override
    public boolean isFullState() {
      return true;
    }
  }

  /** Namespaces: labels and annotations. */
  public static class Namespaces extends SlimStore<Namespace> {
    @Override
    void slim(Namespace namespace) {
      namespace.setSpec(null);
      namespace.setStatus(null);
    }
  }

  /** CustomResourceDefinitions: the name; a full one is up to a megabyte. */
  public static class Crds extends SlimStore<CustomResourceDefinition> {
    @Override
    void slim(CustomResourceDefinition crd) {
      crd.setSpec(null);
      crd.setStatus(null);
      crd.getMetadata().setAnnotations(Map.of());
    }
  }

  /** TracedWorkloads for the selection: what they are about. */
  public static class Selected extends SlimStore<TracedWorkload> {
    @Override
    void slim(TracedWorkload tw) {
      tw.setStatus(null);
    }
  }

  /** TracedWorkloads for a stack: who serves them, their turn, and how far they are. */
  public static class States extends SlimStore<TracedWorkload> {
    private static final Set<String> NEEDED =
        Set.of(
            ConditionType.ADMITTED.apiName(),
            ConditionType.INJECTED.apiName(),
            ConditionType.TRACED.apiName());

    @Override
    void slim(TracedWorkload tw) {
      tw.setSpec(
          tw.getSpec() == null
              ? null
              : new TracedWorkloadSpec(null, null, tw.getSpec().admitted()));
      tw.setStatus(
          Optional.ofNullable(tw.getStatus())
              .map(
                  s ->
                      new TracedWorkloadStatus(
                          null,
                          s.state(),
                          null,
                          s.stack(),
                          s.revision(),
                          s.candidate(),
                          s.taken(),
                          null,
                          slim(s.agent()),
                          null,
                          null,
                          null,
                          null,
                          slim(s.reverted()),
                          slim(s.rehearsal()),
                          null,
                          null,
                          slim(s.conditions())))
              .orElse(null));
    }

    private static AgentReport slim(AgentReport agent) {
      return agent == null ? null : new AgentReport(agent.version(), null, null);
    }

    private static Reverted slim(Reverted r) {
      return r == null
          ? null
          : new Reverted(
              r.revision(),
              r.template(),
              r.release(),
              r.reason(),
              null,
              r.counted(),
              r.recovered(),
              r.time(),
              null);
    }

    private static Rehearsal slim(Rehearsal r) {
      return r == null ? null : r.ended(r.outcome(), null, null, r.counted(), null);
    }

    private static List<Condition> slim(List<Condition> conditions) {
      return conditions == null
          ? null
          : conditions.stream()
              .filter(c -> NEEDED.contains(c.getType()))
              .map(
                  c ->
                      new ConditionBuilder()
                          .withType(c.getType())
                          .withStatus(c.getStatus())
                          .withLastTransitionTime(c.getLastTransitionTime())
                          .build())
              .toList();
    }
  }
}
