package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.injection.TracedWorkloadNames;
import io.tracingstack.operator.journey.Progress;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.journey.WorkloadCounts;
import io.tracingstack.operator.kube.ClusterWatch;
import io.tracingstack.operator.kube.Finalizers;
import io.tracingstack.operator.kube.OperatorMetrics;
import io.tracingstack.operator.kube.SlimStores;
import io.tracingstack.operator.kube.StackTelemetry;
import io.tracingstack.operator.kube.WorkloadStore;
import io.tracingstack.operator.kube.WorkloadStore.Removal;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.status.Finding;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Takes one workload along its journey, and undoes everything when its TracedWorkload goes. */
@ControllerConfiguration(
    name = "workload",
    finalizerName = WorkloadReconciler.FINALIZER,
    fieldManager = Labels.OPERATOR,
    generationAwareEventProcessing = false,
    informer =
        @Informer(
            onUpdateFilter = TracedWorkloadChanges.class,
            itemStore = SlimStores.WithoutManagedFields.class),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 10, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 1000, intervalMultiplier = 2, maxInterval = 60000)
public class WorkloadReconciler implements Reconciler<TracedWorkload>, Cleaner<TracedWorkload> {
  /** Holds a TracedWorkload until its workload is as it was before. */
  public static final String FINALIZER = "tracingstack.io/undo";

  /** Failures in a row before they are told: what the next attempt resolves is nobody's news. */
  private static final int LASTING = 3;

  private static final int TOO_MANY_REQUESTS = 429;
  private static final Duration WHILE_NEEDED = Duration.ofSeconds(30);
  private static final Duration WHILE_STALE = Duration.ofMillis(500);
  private static final String BY_REVISION = "revision";

  private final ClusterWatch watch;
  private final WorkloadStore workloads;
  private final WorkloadJourney journey;
  private final Leftovers leftovers;
  private final RehearsalStep rehearsal;
  private final Transitions transitions;
  private final Witnesses witnesses;
  private final Finalizers finalizers;
  private final StackTelemetry telemetry;
  private final OperatorMetrics metrics;
  private final Clock clock;
  private final RecentStatuses<TracedWorkloadStatus> recent = new RecentStatuses<>();

  WorkloadReconciler(
      ClusterWatch watch,
      WorkloadStore workloads,
      WorkloadJourney journey,
      Leftovers leftovers,
      RehearsalStep rehearsal,
      Transitions transitions,
      Witnesses witnesses,
      Finalizers finalizers,
      StackTelemetry telemetry,
      OperatorMetrics metrics,
      Clock clock) {
    this.watch = watch;
    this.workloads = workloads;
    this.journey = journey;
    this.leftovers = leftovers;
    this.rehearsal = rehearsal;
    this.transitions = transitions;
    this.witnesses = witnesses;
    this.finalizers = finalizers;
    this.telemetry = telemetry;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, TracedWorkload>> prepareEventSources(
      EventSourceContext<TracedWorkload> context) {
    context
        .getPrimaryCache()
        .addIndexer(
            BY_REVISION,
            tw ->
                tw.getStatus() == null || tw.getStatus().revision() == null
                    ? List.of()
                    : List.of(tw.getMetadata().getNamespace() + "/" + tw.getStatus().revision()));
    metrics.workloads(
        state ->
            context
                .getPrimaryCache()
                .list(tw -> WorkloadCounts.isIn(state, tw.getStatus()))
                .count());
    return List.of(new WatchEventSource<>(watch, "watch", object -> concerned(object, context)));
  }

  private static Stream<ResourceID> concerned(
      HasMetadata object, EventSourceContext<TracedWorkload> context) {
    String namespace = object.getMetadata().getNamespace();
    if (object instanceof Pod && object.getMetadata().getLabels().containsKey(Labels.REHEARSAL)) {
      return object.getMetadata().getOwnerReferences().stream()
          .map(owner -> new ResourceID(owner.getName(), namespace));
    }
    if (object instanceof Pod) {
      String revision = object.getMetadata().getLabels().get(Labels.REVISION);
      return context.getPrimaryCache().byIndex(BY_REVISION, namespace + "/" + revision).stream()
          .map(ResourceID::fromResource);
    }
    if (object instanceof Namespace) {
      String name = object.getMetadata().getName();
      return context
          .getPrimaryCache()
          .list(tw -> name.equals(tw.getMetadata().getNamespace()))
          .map(ResourceID::fromResource);
    }
    if (object instanceof TracingStack) {
      return context.getPrimaryCache().list(tw -> true).map(ResourceID::fromResource);
    }
    // A LlamaStack server's Deployment has its name.
    String kind = ServerApi.of(object).isPresent() ? "Deployment" : object.getKind();
    return Stream.of(
        new ResourceID(TracedWorkloadNames.of(kind, object.getMetadata().getName()), namespace));
  }

  @Override
  public UpdateControl<TracedWorkload> reconcile(TracedWorkload tw, Context<TracedWorkload> context)
      throws Exception {
    TracedWorkloadStatus before =
        Optional.ofNullable(recent.newest(tw, tw.getStatus()))
            .orElseGet(TracedWorkloadStatus::empty);
    return telemetry.traced(
        before.stack(),
        "reconcile TracedWorkload",
        tw.getMetadata().getNamespace() + "/" + tw.getMetadata().getName(),
        () -> {
          Optional<Progress> progress =
              journey.advance(tw, before).map(p -> rehearsal.tidy(tw, before, p));
          if (progress.isEmpty()) {
            // The workload is gone; the garbage collector takes this object next.
            return UpdateControl.noUpdate();
          }
          UpdateControl<TracedWorkload> control = update(tw, before, progress.get().status());
          return progress.get().lookAgain().map(control::rescheduleAfter).orElse(control);
        });
  }

  private UpdateControl<TracedWorkload> update(
      TracedWorkload tw, TracedWorkloadStatus before, TracedWorkloadStatus now) {
    return changed(tw, before, now)
        .map(UpdateControl::patchStatus)
        .orElseGet(UpdateControl::noUpdate);
  }

  /** What to write when the status has changed, which is told here. */
  private Optional<TracedWorkload> changed(
      TracedWorkload tw, TracedWorkloadStatus before, TracedWorkloadStatus now) {
    if (Objects.equals(before, now)) {
      return Optional.empty();
    }
    transitions.announce(tw, before, now);
    recent.remember(tw, before, now);
    TracedWorkload fresh = new TracedWorkload();
    fresh.getMetadata().setNamespace(tw.getMetadata().getNamespace());
    fresh.getMetadata().setName(tw.getMetadata().getName());
    fresh.setStatus(now);
    metrics.applied("status");
    return Optional.of(fresh);
  }

  @Override
  public ErrorStatusUpdateControl<TracedWorkload> updateErrorStatus(
      TracedWorkload tw, Context<TracedWorkload> context, Exception e) {
    return failed(tw, context, e)
        .map(ErrorStatusUpdateControl::patchStatus)
        .orElseGet(ErrorStatusUpdateControl::defaultErrorProcessing);
  }

  /**
   * The status to write after a failure: the former one, and what the API server goes on to say.
   */
  private Optional<TracedWorkload> failed(
      TracedWorkload tw, Context<TracedWorkload> context, Exception e) {
    // A status that may not have been written is not the newest one; the next pass writes it.
    recent.forget(tw);
    int failures = context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0) + 1;
    if (failures < LASTING || hasGivenUp(tw)) {
      return Optional.empty();
    }
    return answer(e).flatMap(refusal -> changed(tw, statusOf(tw), refused(tw, refusal)));
  }

  /** Only its reason says that nothing is to be written again. */
  private static boolean hasGivenUp(TracedWorkload tw) {
    return tw.getMetadata().getDeletionTimestamp() == null
        && Conditions.reasonOf(statusOf(tw).conditions(), ConditionType.INJECTED)
            .filter(reason -> reason == Reason.FIGHTING)
            .isPresent();
  }

  /**
   * What the API server said. Where it said nothing, because it cannot be reached, nothing can be
   * told either; one that is asked too much is not asked for more by telling it.
   */
  private static Optional<KubernetesClientException> answer(Throwable e) {
    return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
        .flatMap(t -> t instanceof KubernetesClientException k ? Stream.of(k) : Stream.empty())
        .findFirst()
        .filter(k -> k.getCode() > 0 && k.getCode() != TOO_MANY_REQUESTS);
  }

  /** A turn that came to nothing is over, so that it does not keep others from going. */
  private TracedWorkloadStatus refused(TracedWorkload tw, KubernetesClientException refusal) {
    TracedWorkloadStatus before = statusOf(tw);
    StatusDraft draft =
        new StatusDraft(before, tw.getMetadata().getGeneration(), before.handledRetry());
    draft.stack(before.stack());
    Turn admitted = tw.getSpec().admitted();
    if (admitted != null && admitted.grants(before.candidate())) {
      draft.forgo(admitted);
    }
    // A request that failed says nothing about what is in.
    return draft.hold(
        ConditionType.INJECTED,
        Finding.unknown(Reason.REJECTED, WorkloadStore.messageOf(refusal)),
        clock.instant());
  }

  private static TracedWorkloadStatus statusOf(TracedWorkload tw) {
    return Optional.ofNullable(tw.getStatus()).orElseGet(TracedWorkloadStatus::empty);
  }

  /** The SDK asks for no status when a cleanup fails. */
  @Override
  public DeleteControl cleanup(TracedWorkload tw, Context<TracedWorkload> context) {
    try {
      return undo(tw);
    } catch (KubernetesClientException e) {
      failed(tw, context, e)
          .ifPresent(
              fresh ->
                  context
                      .getClient()
                      .resource(fresh)
                      .subresource("status")
                      .patch(
                          new PatchContext.Builder()
                              .withPatchType(PatchType.SERVER_SIDE_APPLY)
                              .withFieldManager(Labels.OPERATOR)
                              .withForce(true)
                              .build()));
      throw e;
    }
  }

  private DeleteControl undo(TracedWorkload tw) {
    TracedWorkloadStatus last = recent.newest(tw, tw.getStatus());
    if (last != null && last.rehearsal() != null) {
      rehearsal.clear(tw);
    }
    Removal removal = workloads.remove(tw.getMetadata().getNamespace(), tw.getSpec().workload());
    if (!removal.needed().isEmpty()) {
      transitions.announceNeeded(tw, removal.needed());
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(WHILE_NEEDED);
    }
    if (!removal.clean()) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(1));
    }
    if (workloads
        .get(tw.getMetadata().getNamespace(), tw.getSpec().workload())
        .filter(leftovers::hold)
        .isPresent()) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(1));
    }
    witnesses.forget(tw.getMetadata().getUid());
    recent.forget(tw);
    Finalizers.Outcome outcome = finalizers.remove(tw, FINALIZER);
    if (outcome == Finalizers.Outcome.STALE) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(WHILE_STALE);
    }
    if (outcome == Finalizers.Outcome.REMOVED) {
      transitions.announceRemoval(tw);
    }
    return DeleteControl.noFinalizerRemoval();
  }
}
