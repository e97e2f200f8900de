package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.journey.RolloutView;
import io.tracingstack.operator.llamastack.ServerView;
import io.tracingstack.operator.stack.Hash;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads users' workloads and writes our fields into them: server-side apply of a body that holds
 * nothing else, never a read-modify-write of their object, and forced only over a variable that
 * they let us have.
 */
@ApplicationScoped
public class WorkloadStore {
  /** Owner of the injected fields; never changes, else the former owner's fields stay for ever. */
  public static final String FIELD_MANAGER = "tracingstack-inject";

  /** Owners of variables that were ours until their users changed them, one for each variable. */
  static final String HANDED_OVER = "tracingstack-handed-over-";

  private final KubernetesClient client;
  private final OperatorMetrics metrics;

  WorkloadStore(KubernetesClient client, OperatorMetrics metrics) {
    this.client = client;
    this.metrics = metrics;
  }

  /**
   * A stored workload of a kind that can be injected.
   *
   * @param server the LlamaStack server that it was made for, where that was looked up
   */
  public record Stored(
      WorkloadKind kind,
      HasMetadata object,
      PodTemplateSpec template,
      RolloutView rollout,
      Optional<ServerView> server) {
    static Optional<Stored> of(HasMetadata object) {
      return WorkloadKind.of(object)
          .filter(WorkloadKind::isInjectable)
          .map(
              kind ->
                  new Stored(
                      kind,
                      object,
                      kind.template(object),
                      RolloutView.of(kind, object),
                      Optional.empty()));
    }

    /** The same, made for this server. */
    public Stored with(Optional<ServerView> owner) {
      return new Stored(kind, object, template, rollout, owner);
    }

    /** The workload as injection sees it; what is said of its server is said of it. */
    public WorkloadView view() {
      return server
          .map(s -> WorkloadView.of(object, template).inheriting(s.annotations()))
          .orElseGet(() -> WorkloadView.of(object, template));
    }

    private boolean ownsFields() {
      return object.getMetadata().getManagedFields().stream()
          .anyMatch(m -> FIELD_MANAGER.equals(m.getManager()));
    }
  }

  /** What became of an apply. */
  public sealed interface Outcome {
    /** Written. */
    record Applied(Stored stored) implements Outcome {}

    /** Another manager owns these fields; the message names both. */
    record Conflict(String message, Set<String> fields) implements Outcome {}

    /** Refused by validation or admission, in their words. */
    record Rejected(String message) implements Outcome {}

    /** The workload was deleted or replaced meanwhile. */
    record Gone() implements Outcome {}
  }

  /**
   * What became of an undo.
   *
   * @param clean whether nothing of ours is left
   * @param needed containers that name our agent's file by themselves, for which it was kept
   */
  public record Removal(boolean clean, List<String> needed) {
    static final Removal CLEAN = new Removal(true, List.of());
  }

  /**
   * The workload, empty when it does not exist, is another one of that name, or of a kind that
   * cannot be injected.
   */
  public Optional<Stored> get(String namespace, WorkloadRef ref) {
    return WorkloadKind.of(ref)
        .filter(WorkloadKind::isInjectable)
        .<HasMetadata>map(
            kind -> client.resources(kind.type()).inNamespace(namespace).withName(ref.name()).get())
        .filter(o -> ref.uid() == null || ref.uid().equals(o.getMetadata().getUid()))
        .flatMap(Stored::of);
  }

  /** The pods that the workload's selector fits. */
  public List<Pod> pods(Stored stored) {
    return stored
        .kind()
        .selector(stored.object())
        .map(
            selector ->
                client
                    .pods()
                    .inNamespace(stored.object().getMetadata().getNamespace())
                    .withLabelSelector(selector)
                    .list()
                    .getItems())
        .orElse(List.of());
  }

  /** What the API server and its admission say to the plan, without anything being written. */
  public Outcome dryRun(String namespace, WorkloadRef ref, InjectionPlan plan) {
    return applyOrTakeOver(namespace, ref, plan.fragment(), true);
  }

  /** Writes the plan's fields into a workload that was read before. */
  public Outcome inject(String namespace, WorkloadRef ref, Stored stored, InjectionPlan plan) {
    handOver(namespace, ref, stored);
    Outcome outcome = applyOrTakeOver(namespace, ref, plan.fragment(), false);
    // After a `kubectl rollout undo` to another injected revision, what is there of ours belongs to
    // kubectl, which would never give it up.
    boolean withFormerContent =
        outcome instanceof Outcome.Conflict
            && get(namespace, ref).flatMap(s -> Footprint.of(s.template())).isPresent();
    return withFormerContent && remove(namespace, ref).clean()
        ? applyOrTakeOver(namespace, ref, plan.fragment(), false)
        : outcome;
  }

  /** Who applies a variable server-side would lose the whole entry with ours, so they keep it. */
  private Outcome applyOrTakeOver(
      String namespace, WorkloadRef ref, PodTemplateSpec fragment, boolean dryRun) {
    Outcome outcome = apply(namespace, ref, fragment, false, dryRun);
    Set<VariableOwners> taken =
        WorkloadKind.of(ref)
            .flatMap(k -> Footprint.of(fragment).map(f -> VariableOwners.takenOver(k, f)))
            .orElseGet(Set::of);
    boolean onlyTaken =
        !taken.isEmpty()
            && outcome instanceof Outcome.Conflict conflict
            && taken.stream()
                .map(VariableOwners::valueField)
                .collect(Collectors.toSet())
                .containsAll(conflict.fields());
    if (!onlyTaken) {
      return outcome;
    }
    return get(namespace, ref)
        .map(
            stored ->
                taken.stream().allMatch(v -> v.byApply(stored.object()).isEmpty())
                    ? apply(namespace, ref, fragment, true, dryRun)
                    : outcome)
        .orElseGet(Outcome.Gone::new);
  }

  /**
   * Takes out everything of ours and reads back. Nothing is taken out while a container names our
   * agent's file by itself: its JVM would not start without.
   *
   * @throws KubernetesClientException when the API server refuses
   */
  public Removal remove(String namespace, WorkloadRef ref) {
    Optional<Stored> stored = get(namespace, ref);
    List<String> needed =
        stored
            .filter(s -> Footprint.of(s.template()).isPresent())
            .map(s -> Footprint.namedByHand(s.template()))
            .orElse(List.of());
    if (!needed.isEmpty()) {
      return new Removal(false, needed);
    }
    if (stored.filter(Stored::ownsFields).isPresent()) {
      handOver(namespace, ref, stored.get());
      giveBack(namespace, ref);
      Outcome outcome = apply(namespace, ref, null, false, false);
      if (outcome instanceof Outcome.Rejected rejected) {
        throw new KubernetesClientException("cannot undo: " + rejected.message());
      }
      stored = get(namespace, ref);
    }
    // What came back under another manager's name is not ours to give up, so it is removed by name.
    Optional<Footprint> left = stored.flatMap(s -> Footprint.of(s.template()));
    if (left.isEmpty()) {
      return Removal.CLEAN;
    }
    removeByName(stored.orElseThrow(), left.get(), Optional.empty());
    return get(namespace, ref).flatMap(s -> Footprint.of(s.template())).isEmpty()
        ? Removal.CLEAN
        : new Removal(false, List.of());
  }

  /**
   * Puts a variable that we took over back as its owner had it, in their name, for our value would
   * go and leave an empty one. All of ours goes in the same write: a template that changes twice is
   * rolled out twice.
   */
  private void giveBack(String namespace, WorkloadRef ref) {
    get(namespace, ref)
        .ifPresent(
            stored ->
                Footprint.of(stored.template())
                    .filter(f -> !f.takenOver().isEmpty())
                    .ifPresent(
                        f ->
                            removeByName(
                                stored,
                                f,
                                VariableOwners.takenOver(stored.kind(), f).stream()
                                    .flatMap(v -> v.byUpdate(stored.object()).stream())
                                    .findFirst()
                                    .or(() -> Optional.of(HANDED_OVER + "value")))));
  }

  private void removeByName(Stored stored, Footprint footprint, Optional<String> manager) {
    HasMetadata object = stored.object();
    client
        .resource(object)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON)
                .withFieldManager(manager.orElse(null))
                .build(),
            Serialization.asJson(
                footprint.removal(
                    stored.kind(), stored.template(), object.getMetadata().getResourceVersion())));
    metrics.applied("workload");
  }

  private Outcome apply(
      String namespace, WorkloadRef ref, PodTemplateSpec fragment, boolean force, boolean dryRun) {
    HasMetadata body = body(namespace, ref, fragment);
    try {
      var ours = client.resource(body).dryRun(dryRun).fieldManager(FIELD_MANAGER);
      HasMetadata result = force ? ours.forceConflicts().serverSideApply() : ours.serverSideApply();
      if (!dryRun) {
        metrics.applied("workload");
      }
      return Stored.of(result).<Outcome>map(Outcome.Applied::new).orElseGet(Outcome.Gone::new);
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case 404 -> new Outcome.Gone();
        case 409 -> {
          if (get(namespace, ref).isEmpty()) {
            yield new Outcome.Gone();
          }
          if (!namesManager(e)) {
            throw e;
          }
          yield new Outcome.Conflict(messageOf(e), fieldsOf(e));
        }
        case 400, 403, 422 ->
            get(namespace, ref).isEmpty() ? new Outcome.Gone() : new Outcome.Rejected(messageOf(e));
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
  private void handOver(String namespace, WorkloadRef ref, Stored stored) {
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
                      .resource(body(namespace, ref, entry))
                      .fieldManager(HANDED_OVER + Hash.of(container + "/" + variable.getName()))
                      .forceConflicts()
                      .serverSideApply();
                  metrics.applied("workload");
                }));
  }

  /** Nothing but our fields; without a fragment not even an empty spec, which we would then own. */
  private static HasMetadata body(String namespace, WorkloadRef ref, PodTemplateSpec fragment) {
    ObjectMeta metadata =
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(ref.name())
            .withUid(ref.uid())
            .build();
    WorkloadKind kind = WorkloadKind.of(ref).orElseThrow();
    return fragment == null ? kind.object(metadata) : kind.object(metadata, fragment);
  }

  /**
   * The names that the containers of a template take from ConfigMaps, and who takes from Secrets.
   */
  public EnvFromNames envFromNames(String namespace, PodTemplateSpec template) {
    Map<String, Set<String>> known = new HashMap<>();
    Set<String> opaque = new HashSet<>();
    for (Container container : template.getSpec().getContainers()) {
      for (EnvFromSource source : container.getEnvFrom()) {
        if (source.getConfigMapRef() == null) {
          opaque.add(container.getName());
          continue;
        }
        ConfigMap map =
            client
                .configMaps()
                .inNamespace(namespace)
                .withName(source.getConfigMapRef().getName())
                .get();
        String prefix = source.getPrefix() == null ? "" : source.getPrefix();
        if (map != null && map.getData() != null) {
          Set<String> names = known.computeIfAbsent(container.getName(), c -> new HashSet<>());
          map.getData().keySet().forEach(key -> names.add(prefix + key));
        }
      }
    }
    return new EnvFromNames(known, opaque);
  }

  private static Set<String> fieldsOf(KubernetesClientException e) {
    return e.getStatus().getDetails().getCauses().stream()
        .map(StatusCause::getField)
        .collect(Collectors.toSet());
  }

  private static String messageOf(KubernetesClientException e) {
    return e.getStatus() != null && e.getStatus().getMessage() != null
        ? e.getStatus().getMessage()
        : e.getMessage();
  }
}
