package io.tracingstack.operator.kube;

import static java.net.HttpURLConnection.HTTP_FORBIDDEN;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.EnvFromNames;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.journey.RolloutView;
import io.tracingstack.operator.llamastack.ServerView;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads users' workloads and writes our fields into them: server-side apply of a body that holds
 * nothing else, never a read-modify-write of their object, and forced only over a variable that
 * they let us have, or over arguments that ours has to join.
 */
@ApplicationScoped
public class WorkloadStore {
  /** Owner of the injected fields; never changes, else the former owner's fields stay for ever. */
  public static final String FIELD_MANAGER = "tracingstack-inject";

  private final KubernetesClient client;
  private final FieldWriter fields;

  WorkloadStore(KubernetesClient client, OperatorMetrics metrics) {
    this.client = client;
    this.fields = new FieldWriter(client, this, metrics);
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

  /**
   * Who applies the arguments of a workload's containers server-side, by container: they would lose
   * these with ours.
   */
  public static Map<String, String> appliersOfArguments(Stored stored) {
    Map<String, String> appliers = new HashMap<>();
    for (Container container : stored.template().getSpec().getContainers()) {
      FieldOwners.ofArguments(stored.kind(), container.getName())
          .byApply(stored.object())
          .forEach(manager -> appliers.put(container.getName(), manager));
    }
    return appliers;
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

  /** Events about the workload with this reason. */
  public List<Event> events(Stored stored, String reason) {
    return client
        .v1()
        .events()
        .inNamespace(stored.object().getMetadata().getNamespace())
        .withField("involvedObject.uid", stored.object().getMetadata().getUid())
        .withField("reason", reason)
        .list()
        .getItems();
  }

  /** What the API server and its admission say to the plan, without anything being written. */
  public Outcome dryRun(String namespace, WorkloadRef ref, InjectionPlan plan) {
    return fields.applyOrTakeOver(namespace, ref, plan.fragment(), Optional.empty());
  }

  /** Writes the plan's fields into a workload that was read before. */
  public Outcome inject(String namespace, WorkloadRef ref, Stored stored, InjectionPlan plan) {
    fields.handOver(namespace, ref, stored);
    Optional<String> read = Optional.of(stored.object().getMetadata().getResourceVersion());
    Outcome outcome = fields.applyOrTakeOver(namespace, ref, plan.fragment(), read);
    // After a `kubectl rollout undo` to another injected revision, what is there of ours belongs to
    // kubectl, which would never give it up.
    boolean withFormerContent =
        outcome instanceof Outcome.Conflict
            && get(namespace, ref).flatMap(s -> Footprint.of(s.template())).isPresent();
    return withFormerContent && remove(namespace, ref).clean()
        ? fields.applyOrTakeOver(namespace, ref, plan.fragment(), read)
        : outcome;
  }

  /**
   * Takes out everything of ours and reads back. Nothing is taken out while a container names our
   * agent's file by itself: its JVM would not start without.
   *
   * @throws KubernetesClientException when the API server refuses, in its words
   */
  public Removal remove(String namespace, WorkloadRef ref) {
    try {
      return takeOut(namespace, ref);
    } catch (KubernetesClientException e) {
      throw new KubernetesClientException("cannot undo: " + messageOf(e), e.getCode(), null);
    }
  }

  private Removal takeOut(String namespace, WorkloadRef ref) {
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
      fields.handOver(namespace, ref, stored.get());
      fields.giveBack(namespace, ref);
      Outcome outcome = fields.apply(namespace, ref, null, false);
      if (outcome instanceof Outcome.Rejected rejected) {
        // Which of its refusals it was makes no difference.
        throw new KubernetesClientException(rejected.message(), HTTP_FORBIDDEN, null);
      }
      stored = get(namespace, ref);
    }
    // What came back under another manager's name is not ours to give up, so it is removed by name.
    Optional<Footprint> left = stored.flatMap(s -> Footprint.of(s.template()));
    if (left.isEmpty()) {
      return Removal.CLEAN;
    }
    fields.removeByName(stored.orElseThrow(), left.get(), Optional.empty());
    return get(namespace, ref).flatMap(s -> Footprint.of(s.template())).isEmpty()
        ? Removal.CLEAN
        : new Removal(false, List.of());
  }

  /** What the API server said, or what became of the request where it said nothing. */
  public static String messageOf(KubernetesClientException e) {
    return e.getStatus() != null && e.getStatus().getMessage() != null
        ? e.getStatus().getMessage()
        : e.getMessage();
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
}
