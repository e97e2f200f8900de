package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Workflow;
import io.javaoperatorsdk.operator.api.reconciler.dependent.Dependent;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus;
import io.tracingstack.operator.backend.TempoMonolithic;
import io.tracingstack.operator.kube.OperatorMetrics;
import io.tracingstack.operator.kube.SlimStores;
import io.tracingstack.operator.kube.StackTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Makes a stack's backend and collector, and proves with a canary span that they work together. */
@ControllerConfiguration(
    name = "stack",
    finalizerName = StackReconciler.FINALIZER,
    fieldManager = Labels.OPERATOR,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 10, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = -1, initialInterval = 1000, intervalMultiplier = 2, maxInterval = 60000)
@Workflow(
    explicitInvocation = true,
    handleExceptionsInReconciler = true,
    dependents = {
      @Dependent(
          name = StackDependents.Tempo.NAME,
          type = StackDependents.Tempo.class,
          activationCondition = StackDependents.TempoApiPresent.class,
          reconcilePrecondition = StackDependents.TempoWanted.class),
      @Dependent(
          name = StackDependents.CollectorConfigMap.NAME,
          type = StackDependents.CollectorConfigMap.class),
      @Dependent(
          name = StackDependents.CollectorDeployment.NAME,
          type = StackDependents.CollectorDeployment.class,
          dependsOn = StackDependents.CollectorConfigMap.NAME),
      @Dependent(
          name = StackDependents.CollectorService.NAME,
          type = StackDependents.CollectorService.class),
      @Dependent(
          name = StackDependents.CollectorDisruptionBudget.NAME,
          type = StackDependents.CollectorDisruptionBudget.class,
          reconcilePrecondition = StackDependents.SeveralReplicas.class)
    })
public class StackReconciler implements Reconciler<TracingStack>, Cleaner<TracingStack> {
  /** Holds a stack until every workload it served is as it was before. */
  public static final String FINALIZER = "tracingstack.io/workloads-undone";

  private final StackJourney journey;
  private final StackTelemetry telemetry;
  private final StackTransitions transitions;
  private final OperatorMetrics metrics;
  private final RecentStatuses<TracingStackStatus> recent = new RecentStatuses<>();

  StackReconciler(
      StackJourney journey,
      StackTelemetry telemetry,
      StackTransitions transitions,
      OperatorMetrics metrics) {
    this.journey = journey;
    this.telemetry = telemetry;
    this.transitions = transitions;
    this.metrics = metrics;
  }

  @Override
  public List<EventSource<?, TracingStack>> prepareEventSources(
      EventSourceContext<TracingStack> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(
                    CustomResourceDefinition.class, TracingStack.class)
                .withName("crds")
                .withItemStore(new SlimStores.Crds())
                .withSecondaryToPrimaryMapper(
                    crd ->
                        TempoMonolithic.CRD.equals(crd.getMetadata().getName())
                            ? context.getPrimaryCache().keys().collect(Collectors.toSet())
                            : Set.of())
                .build(),
            context),
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(TracedWorkload.class, TracingStack.class)
                .withName("workloads")
                .withItemStore(new SlimStores.States())
                .withSecondaryToPrimaryMapper(StackReconciler::stackOf)
                .build(),
            context));
  }

  private static Set<ResourceID> stackOf(TracedWorkload tw) {
    return Optional.ofNullable(tw.getStatus())
        .map(s -> s.stack())
        .map(ref -> Set.of(new ResourceID(ref.name(), ref.namespace())))
        .orElse(Set.of());
  }

  @Override
  public UpdateControl<TracingStack> reconcile(TracingStack stack, Context<TracingStack> context)
      throws Exception {
    return telemetry.traced(
        refOf(stack),
        "reconcile TracingStack",
        stack.getMetadata().getNamespace() + "/" + stack.getMetadata().getName(),
        () -> {
          // The cached object is shared with others, so the newest status goes on a copy.
          TracingStack newest = new TracingStack();
          newest.setMetadata(stack.getMetadata());
          newest.setSpec(stack.getSpec());
          newest.setStatus(recent.newest(stack, stack.getStatus()));
          StackJourney.Step step = journey.advance(newest, context);
          UpdateControl<TracingStack> control = update(newest, step.status());
          return step.lookAgain().map(control::rescheduleAfter).orElse(control);
        });
  }

  private UpdateControl<TracingStack> update(TracingStack stack, TracingStackStatus now) {
    if (Objects.equals(stack.getStatus(), now)) {
      return UpdateControl.noUpdate();
    }
    transitions.announce(stack, now);
    recent.remember(stack, stack.getStatus(), now);
    TracingStack fresh = new TracingStack();
    fresh.getMetadata().setNamespace(stack.getMetadata().getNamespace());
    fresh.getMetadata().setName(stack.getMetadata().getName());
    fresh.setStatus(now);
    metrics.applied("status");
    return UpdateControl.patchStatus(fresh);
  }

  /** A status that may not have been written is not the newest one; the next pass writes it. */
  @Override
  public ErrorStatusUpdateControl<TracingStack> updateErrorStatus(
      TracingStack stack, Context<TracingStack> context, Exception e) {
    recent.forget(stack);
    return ErrorStatusUpdateControl.defaultErrorProcessing();
  }

  @Override
  public DeleteControl cleanup(TracingStack stack, Context<TracingStack> context) {
    boolean stillServing =
        context.getSecondaryResources(TracedWorkload.class).stream()
            .anyMatch(tw -> stackOf(tw).contains(ResourceID.fromResource(stack)));
    if (stillServing) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(1));
    }
    telemetry.disconnect(refOf(stack));
    journey.forget(stack);
    recent.forget(stack);
    return DeleteControl.defaultDelete();
  }

  private static StackRef refOf(TracingStack stack) {
    return new StackRef(stack.getMetadata().getNamespace(), stack.getMetadata().getName());
  }
}
