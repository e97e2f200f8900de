package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadSpec;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import io.tracingstack.operator.injection.TracedWorkloadNames;
import io.tracingstack.operator.injection.WorkloadKind;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.kube.EventRecorder;
import io.tracingstack.operator.kube.OperatorMetrics;
import io.tracingstack.operator.kube.ServerStore;
import io.tracingstack.operator.kube.SlimStores;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Stored;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps one TracedWorkload for each workload that asks to be traced, namespace by namespace.
 * Undoing is the TracedWorkload's own business, by its finalizer.
 */
@ControllerConfiguration(
    name = "selection",
    informer = @Informer(itemStore = SlimStores.Namespaces.class),
    generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 1000, intervalMultiplier = 2, maxInterval = 60000)
public class SelectionReconciler implements Reconciler<Namespace> {
  /** An operator that starts, or ends, must not undo what it does not know. */
  private static final Duration WHILE_INCOMPLETE = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final ClusterWatch watch;
  private final WorkloadStore workloads;
  private final ServerStore servers;
  private final EventRecorder events;
  private final OperatorMetrics metrics;
  private final AskedLanguage asked;
  private final Set<String> toldOfMissingStack = ConcurrentHashMap.newKeySet();

  SelectionReconciler(
      KubernetesClient client,
      ClusterWatch watch,
      WorkloadStore workloads,
      ServerStore servers,
      EventRecorder events,
      OperatorMetrics metrics,
      AskedLanguage asked) {
    this.client = client;
    this.watch = watch;
    this.workloads = workloads;
    this.servers = servers;
    this.events = events;
    this.metrics = metrics;
    this.asked = asked;
  }

  @Override
  public List<EventSource<?, Namespace>> prepareEventSources(
      EventSourceContext<Namespace> context) {
    return List.of(
        new WatchEventSource<>(watch, "watch", object -> namespacesOf(object, context)),
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(TracedWorkload.class, Namespace.class)
                .withItemStore(new SlimStores.Selected())
                .withSecondaryToPrimaryMapper(
                    tw -> Set.of(new ResourceID(tw.getMetadata().getNamespace())))
                .build(),
            context));
  }

  /** The first and the last stack change every namespace, any other change at most its own. */
  private static Stream<ResourceID> namespacesOf(
      HasMetadata object, EventSourceContext<Namespace> context) {
    if (object instanceof TracingStack) {
      return context.getPrimaryCache().keys();
    }
    return object instanceof Namespace || object instanceof Pod pod && !asksForItself(pod)
        ? Stream.empty()
        : Stream.of(new ResourceID(object.getMetadata().getNamespace()));
  }

  /** Pods are watched for other reasons too, and change far more often than any other kind. */
  private static boolean asksForItself(Pod pod) {
    return orEmpty(pod.getMetadata().getLabels()).containsKey(Labels.INJECT)
        && !AskedLanguage.isControlled(pod);
  }

  @Override
  public UpdateControl<Namespace> reconcile(Namespace namespace, Context<Namespace> context) {
    String name = namespace.getMetadata().getName();
    Map<String, TracedWorkload> present =
        context.getSecondaryResources(TracedWorkload.class).stream()
            .collect(Collectors.toMap(tw -> tw.getMetadata().getName(), tw -> tw));
    boolean completeBefore = watch.isComplete(name);
    Map<String, HasMetadata> labelled = new TreeMap<>();
    Map<String, TracedWorkload> wanted = new TreeMap<>();
    collect(namespace, labelled, wanted);
    boolean stackExists =
        watch.stacks().stream().anyMatch(s -> s.getMetadata().getDeletionTimestamp() == null);
    if (!stackExists) {
      labelled.values().forEach(this::reportMissingStack);
      wanted.clear();
    }
    // Those that are offered as canaries ask first.
    wanted.entrySet().stream()
        .sorted(Comparator.comparing(e -> !isOffered(labelled.get(e.getKey()))))
        .forEach(e -> ensure(present.get(e.getKey()), e.getValue()));
    List<TracedWorkload> unwanted =
        present.values().stream()
            .filter(tw -> !wanted.containsKey(tw.getMetadata().getName()))
            .filter(tw -> tw.getMetadata().getDeletionTimestamp() == null)
            .toList();
    // Asked before the caches, for what was complete then is in their answers; and after, for an
    // operator that shuts down has emptied them.
    boolean complete = completeBefore && watch.isComplete(name);
    if (!complete && !unwanted.isEmpty()) {
      return UpdateControl.<Namespace>noUpdate().rescheduleAfter(WHILE_INCOMPLETE);
    }
    List<TracedWorkload> mistaken = stackExists ? wantedAfterAll(name, unwanted) : List.of();
    unwanted.stream().filter(tw -> !mistaken.contains(tw)).forEach(tw -> delete(name, tw));
    return mistaken.isEmpty()
        ? UpdateControl.noUpdate()
        : UpdateControl.<Namespace>noUpdate().rescheduleAfter(WHILE_INCOMPLETE);
  }

  /**
   * Those that the API server, other than the caches, says are wanted. A label that goes, while
   * another one still selects the workload, takes it from one watch to another; between them it is
   * in none.
   */
  private List<TracedWorkload> wantedAfterAll(String namespace, List<TracedWorkload> unwanted) {
    if (unwanted.isEmpty()) {
      return List.of();
    }
    Optional<Namespace> present =
        client.namespaces().withField("metadata.name", namespace).list().getItems().stream()
            .filter(n -> n.getMetadata().getDeletionTimestamp() == null)
            .findFirst();
    return unwanted.stream()
        .filter(
            tw ->
                present
                    .flatMap(
                        n ->
                            workloads
                                .get(namespace, tw.getSpec().workload())
                                .map(Stored::object)
                                .flatMap(w -> asked.language(w, servers.objectOf(w), n)))
                    .isPresent())
        .toList();
  }

  private boolean isOffered(HasMetadata workload) {
    return Stream.concat(Stream.of(workload), watch.server(workload).stream())
        .anyMatch(o -> "true".equals(orEmpty(o.getMetadata().getAnnotations()).get(Labels.CANARY)));
  }

  private void collect(
      Namespace namespace, Map<String, HasMetadata> labelled, Map<String, TracedWorkload> wanted) {
    for (HasMetadata workload : watch.workloads(namespace.getMetadata().getName())) {
      asked
          .language(workload, watch.server(workload), namespace)
          .map(language -> tracedWorkload(workload, language))
          .ifPresent(
              tw -> {
                labelled.put(tw.getMetadata().getName(), workload);
                wanted.put(tw.getMetadata().getName(), tw);
              });
    }
  }

  private static TracedWorkload tracedWorkload(HasMetadata workload, String language) {
    WorkloadKind kind = WorkloadKind.of(workload).orElseThrow();
    TracedWorkload tw = new TracedWorkload();
    WorkloadRef ref =
        new WorkloadRef(
            kind.apiVersion(),
            kind.kind(),
            workload.getMetadata().getName(),
            workload.getMetadata().getUid());
    tw.getMetadata().setNamespace(workload.getMetadata().getNamespace());
    tw.getMetadata().setName(TracedWorkloadNames.of(ref.kind(), ref.name()));
    // Set at creation, so that nothing is ever injected that nobody is bound to undo.
    tw.getMetadata().setFinalizers(List.of(WorkloadReconciler.FINALIZER));
    tw.getMetadata()
        .setOwnerReferences(
            List.of(
                new OwnerReferenceBuilder()
                    .withApiVersion(ref.apiVersion())
                    .withKind(ref.kind())
                    .withName(ref.name())
                    .withUid(ref.uid())
                    .build()));
    tw.setSpec(new TracedWorkloadSpec(ref, language, null));
    return tw;
  }

  private void ensure(TracedWorkload present, TracedWorkload wanted) {
    if (present == null) {
      try {
        client.resource(wanted).create();
        metrics.applied("tracedworkload");
      } catch (KubernetesClientException e) {
        // Our cache was behind; its event brings us back.
        if (e.getCode() != 409) {
          throw e;
        }
      }
    } else if (present.getMetadata().getDeletionTimestamp() == null
        && !asksForTheSame(present.getSpec(), wanted.getSpec())) {
      if (Objects.equals(present.getSpec().workload().uid(), wanted.getSpec().workload().uid())) {
        client
            .resource(present)
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                Serialization.asJson(Map.of("spec", wanted.getSpec())));
        metrics.applied("tracedworkload");
      } else {
        // Another workload of the same name: it starts its own journey.
        client.resource(present).delete();
      }
    }
  }

  /** What the rollout has granted is not the selection's. */
  private static boolean asksForTheSame(TracedWorkloadSpec present, TracedWorkloadSpec wanted) {
    return Objects.equals(present.workload(), wanted.workload())
        && Objects.equals(present.language(), wanted.language());
  }

  private void delete(String namespace, TracedWorkload tw) {
    client
        .resources(TracedWorkload.class)
        .inNamespace(namespace)
        .withName(tw.getMetadata().getName())
        .delete();
    metrics.applied("tracedworkload");
  }

  /** Without any stack there is no product to keep a status; the workload's owner is told once. */
  private void reportMissingStack(HasMetadata workload) {
    if (toldOfMissingStack.add(workload.getMetadata().getUid())) {
      events.record(
          workload,
          true,
          Reason.NO_STACK.apiName(),
          "there is no TracingStack; " + Reason.NO_STACK.nextStep());
    }
  }

  private static Map<String, String> orEmpty(Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
