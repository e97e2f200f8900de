package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.FootprintRemoval;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.kube.WorkloadStore.Outcome;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import io.tracingstack.operator.stack.Hash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The single writes of which an injection and its undo are made, and what refuses them. */
final class FieldWriter {
  /** Owners of variables that were ours until their users changed them, one for each variable. */
  static final String HANDED_OVER = "tracingstack-handed-over-";

  private final KubernetesClient client;
  private final WorkloadStore store;
  private final OperatorMetrics metrics;

  FieldWriter(KubernetesClient client, WorkloadStore store, OperatorMetrics metrics) {
    this.client = client;
    this.store = store;
    this.metrics = metrics;
  }

  /**
   * Who applies a variable, or arguments, server-side would lose the whole field with ours, so they
   * keep it.
   *
   * @param resourceVersion that the fragment was made from: what is taken over must still be what
   *     it holds; empty where nothing is written
   */
  Outcome applyOrTakeOver(
      String namespace,
      WorkloadRef ref,
      PodTemplateSpec fragment,
      Optional<String> resourceVersion) {
    boolean dryRun = resourceVersion.isEmpty();
    Outcome outcome = apply(namespace, ref, fragment, dryRun);
    Set<FieldOwners> taken =
        WorkloadKind.of(ref)
            .flatMap(k -> Footprint.of(fragment).map(f -> FieldOwners.takenOver(k, f)))
            .orElseGet(Set::of);
    boolean onlyTaken =
        !taken.isEmpty()
            && outcome instanceof Outcome.Conflict conflict
            && taken.stream()
                .map(FieldOwners::field)
                .collect(Collectors.toSet())
                .containsAll(conflict.fields());
    if (!onlyTaken) {
      return outcome;
    }
    return store
        .get(namespace, ref)
        .map(
            stored ->
                taken.stream().allMatch(v -> v.byApply(stored.object()).isEmpty())
                    ? write(
                        namespace,
                        ref,
                        body(namespace, ref, fragment, resourceVersion),
                        true,
                        dryRun)
                    : outcome)
        .orElseGet(Outcome.Gone::new);
  }

  /**
   * Puts what we took over back as its owner had it, in their name, for our value would go and
   * leave an empty one. All of ours goes in the same write: a template that changes twice is rolled
   * out twice.
   */
  void giveBack(String namespace, WorkloadRef ref) {
    store
        .get(namespace, ref)
        .ifPresent(
            stored ->
                Footprint.of(stored.template())
                    .filter(Footprint::replaces)
                    .ifPresent(
                        f ->
                            removeByName(
                                stored,
                                f,
                                FieldOwners.takenOver(stored.kind(), f).stream()
                                    .flatMap(v -> v.byUpdate(stored.object()).stream())
                                    .findFirst()
                                    .or(() -> Optional.of(HANDED_OVER + "value")))));
  }

  void removeByName(Stored stored, Footprint footprint, Optional<String> manager) {
    HasMetadata object = stored.object();
    client
        .resource(object)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager(manager.orElse(null))
                .build(),
            Serialization.asJson(
                FootprintRemoval.operations(
                    footprint,
                    stored.kind(),
                    stored.template(),
                    object.getMetadata().getResourceVersion())));
    metrics.applied("workload");
  }

  /**
   * Applies our fields, unless they are another's.
   *
   * @param fragment null to give all of them up
   */
  Outcome apply(String namespace, WorkloadRef ref, PodTemplateSpec fragment, boolean dryRun) {
    return write(namespace, ref, body(namespace, ref, fragment, Optional.empty()), false, dryRun);
  }

  private Outcome write(
      String namespace, WorkloadRef ref, HasMetadata body, boolean force, boolean dryRun) {
    try {
      var ours = client.resource(body).dryRun(dryRun).fieldManager(WorkloadStore.FIELD_MANAGER);
      HasMetadata result = force ? ours.forceConflicts().serverSideApply() : ours.serverSideApply();
      if (!dryRun) {
        metrics.applied("workload");
      }
      return Stored.of(result).<Outcome>map(Outcome.Applied::new).orElseGet(Outcome.Gone::new);
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case 404 -> new Outcome.Gone();
        case 409 -> {
          if (store.get(namespace, ref).isEmpty()) {
            yield new Outcome.Gone();
          }
          if (!namesManager(e)) {
            throw e;
          }
          yield new Outcome.Conflict(WorkloadStore.messageOf(e), fieldsOf(e));
        }
        case 400, 403, 422 ->
            store.get(namespace, ref).isEmpty()
                ? new Outcome.Gone()
                : new Outcome.Rejected(WorkloadStore.messageOf(e));
        default -> throw e;
      };
    }
  }

  /** The other 409 says that somebody wrote at the same moment: nobody's fault, and soon over. */
  private static boolean namesManager(KubernetesClientException e) {
    return e.getStatus() != null
        && e.getStatus().getDetails() != null
        && e.getStatus().getDetails().getCauses().stream()
            .anyMatch(c -> "FieldManagerConflict".equals(c.getReason()));
  }

  /**
   * A user who changes a variable of ours owns its value but not its name, and would lose both with
   * our fields. Another owner of the whole entry keeps it where they put it.
   */
  void handOver(String namespace, WorkloadRef ref, Stored stored) {
    Map<String, List<EnvVar>> changed =
        Footprint.of(stored.template()).map(f -> f.changedIn(stored.template())).orElseGet(Map::of);
    changed.forEach(
        (container, variables) ->
            variables.forEach(
                variable -> {
                  PodTemplateSpec entry =
                      new PodTemplateSpecBuilder()
                          .withNewSpec()
                          .addNewContainer()
                          .withName(container)
                          .withEnv(variable)
                          .endContainer()
                          .endSpec()
                          .build();
                  client
                      .resource(body(namespace, ref, entry, Optional.empty()))
                      .fieldManager(HANDED_OVER + Hash.of(container + "/" + variable.getName()))
                      .forceConflicts()
                      .serverSideApply();
                  metrics.applied("workload");
                }));
  }

  /** Nothing but our fields; without a fragment not even an empty spec, which we would then own. */
  private static HasMetadata body(
      String namespace,
      WorkloadRef ref,
      PodTemplateSpec fragment,
      Optional<String> resourceVersion) {
    ObjectMeta metadata =
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(ref.name())
            .withUid(ref.uid())
            .withResourceVersion(resourceVersion.orElse(null))
            .build();
    WorkloadKind kind = WorkloadKind.of(ref).orElseThrow();
    return fragment == null ? kind.object(metadata) : kind.object(metadata, fragment);
  }

  private static Set<String> fieldsOf(KubernetesClientException e) {
    return e.getStatus().getDetails().getCauses().stream()
        .map(StatusCause::getField)
        .collect(Collectors.toSet());
  }
}
