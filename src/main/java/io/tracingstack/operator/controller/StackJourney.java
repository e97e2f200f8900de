package io.tracingstack.operator.controller;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.AggregatedOperatorException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Canary;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Endpoints;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Rollout;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Workloads;
import io.tracingstack.operator.backend.TempoMonolithic;
import io.tracingstack.operator.backend.TempoMonolithicObject;
import io.tracingstack.operator.journey.AgentVersions;
import io.tracingstack.operator.journey.RolloutView;
import io.tracingstack.operator.journey.WorkloadCounts;
import io.tracingstack.operator.kube.StackTelemetry;
import io.tracingstack.operator.rollout.RolloutDecision;
import io.tracingstack.operator.rollout.Stage;
import io.tracingstack.operator.stack.BackendPlan;
import io.tracingstack.operator.stack.Defaults;
import io.tracingstack.operator.stack.InvalidSpecException;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.status.Finding;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One step of a stack: plan, apply, observe, send a canary, and say what was found. */
@ApplicationScoped
public class StackJourney {
  private static final Duration WHILE_PENDING = Duration.ofSeconds(5);
  private static final Duration WHILE_MISSING = Duration.ofSeconds(60);

  private final Defaults defaults;
  private final StackTelemetry telemetry;
  private final PipelineCanary canary;
  private final RolloutStep rollout;
  private final Clock clock;

  StackJourney(
      Defaults defaults,
      StackTelemetry telemetry,
      PipelineCanary canary,
      RolloutStep rollout,
      Clock clock) {
    this.defaults = defaults;
    this.telemetry = telemetry;
    this.canary = canary;
    this.rollout = rollout;
    this.clock = clock;
  }

  /**
   * What a step came to.
   *
   * @param lookAgain when to look again without an event
   */
  record Step(TracingStackStatus status, Optional<Duration> lookAgain) {}

  Step advance(TracingStack stack, Context<TracingStack> context) {
    Optional<TempoMonolithic> tempo = tempo(context);
    StackPlan plan;
    try {
      plan = StackPlan.of(stack, defaults, tempo.flatMap(TempoMonolithicObject::tempoVersion));
    } catch (InvalidSpecException e) {
      return invalid(stack, context, e);
    }
    context.managedWorkflowAndDependentResourceContext().put(StackPlan.class, plan);
    Map<String, Exception> failures = apply(context);
    telemetry.connect(plan.ref(), plan.collector());

    Conditions conditions = new Conditions();
    Finding backend = failure(failures, true).orElseGet(() -> backend(plan, context));
    Finding collector = failure(failures, false).orElseGet(() -> collector(context, plan));
    conditions.set(ConditionType.BACKEND_READY, backend);
    conditions.set(ConditionType.COLLECTOR_READY, collector);
    PipelineCanary.Check check =
        backend.holds() && collector.holds() ? canary.check(stack, plan) : canary.postponed(stack);
    conditions.set(ConditionType.PIPELINE_VERIFIED, check.finding());
    RolloutStep.Outcome turns =
        rollout.advance(plan, workloads(context, plan.ref()), check.finding().holds());
    conditions.set(ConditionType.ROLLOUT_HEALTHY, healthy(turns.decision()));
    ready(conditions);
    Duration pause =
        backend.reason() == Reason.TEMPO_OPERATOR_MISSING ? WHILE_MISSING : WHILE_PENDING;
    boolean settled = backend.holds() && collector.holds();
    return new Step(
        status(stack, context, plan, conditions, check.last(), turns.status()),
        Stream.of(settled ? check.lookAgain() : Optional.of(pause), turns.lookAgain())
            .flatMap(Optional::stream)
            .min(Comparator.naturalOrder()));
  }

  private static Finding healthy(RolloutDecision.Decision decision) {
    return decision.stage() == Stage.STOPPED
        ? Finding.no(Reason.ROLLOUT_STOPPED, decision.message())
        : Finding.yes(Reason.ROLLOUT_HEALTHY, decision.message());
  }

  /** Of the present status: the SDK keeps those that another stack serves by now. */
  private static List<TracedWorkload> workloads(Context<TracingStack> context, StackRef ref) {
    return context
        .getSecondaryResourcesAsStream(TracedWorkload.class)
        .filter(tw -> tw.getStatus() != null && ref.equals(tw.getStatus().stack()))
        .toList();
  }

  /**
   * Applies the objects; returns what failed, by the dependent's name. The SDK throws failures here
   * although the workflow says that its reconciler handles them.
   */
  private static Map<String, Exception> apply(Context<TracingStack> context) {
    try {
      context.managedWorkflowAndDependentResourceContext().reconcileManagedWorkflow();
      return Map.of();
    } catch (AggregatedOperatorException e) {
      return e.getAggregatedExceptions();
    }
  }

  void forget(TracingStack stack) {
    canary.forget(stack);
    rollout.forget(refOf(stack));
  }

  private static StackRef refOf(TracingStack stack) {
    return new StackRef(stack.getMetadata().getNamespace(), stack.getMetadata().getName());
  }

  private Step invalid(TracingStack stack, Context<TracingStack> context, InvalidSpecException e) {
    Conditions conditions = new Conditions();
    conditions.set(ConditionType.READY, Finding.no(Reason.INVALID_SPEC, e.getMessage()));
    TracingStackStatus before = stack.getStatus();
    return new Step(
        new TracingStackStatus(
            stack.getMetadata().getGeneration(),
            null,
            null,
            null,
            WorkloadCounts.of(statuses(context, refOf(stack))),
            AgentVersions.of(statuses(context, refOf(stack))),
            null,
            null,
            conditions.toList(
                before == null ? null : before.conditions(),
                stack.getMetadata().getGeneration(),
                clock.instant())),
        Optional.empty());
  }

  private static void ready(Conditions conditions) {
    Finding ready =
        conditions
            .firstUnmet(ConditionType.STACK)
            .map(
                unmet ->
                    new Finding(
                        unmet.getValue().status(),
                        unmet.getValue().reason(),
                        unmet.getKey().apiName() + ": " + unmet.getValue().message()))
            .orElseGet(() -> Finding.yes(Reason.READY, "a span went through the whole pipeline"));
    conditions.set(ConditionType.READY, ready);
  }

  private TracingStackStatus status(
      TracingStack stack,
      Context<TracingStack> context,
      StackPlan plan,
      Conditions conditions,
      Canary lastCanary,
      Rollout turns) {
    List<TracedWorkloadStatus> statuses = statuses(context, plan.ref());
    Workloads counts = WorkloadCounts.of(statuses);
    TracingStackStatus before = stack.getStatus();
    return new TracingStackStatus(
        stack.getMetadata().getGeneration(),
        plan.backend().kind(),
        counts.traced() + "/" + counts.selected(),
        new Endpoints(
            plan.collector().otlpGrpc(),
            plan.collector().otlpHttp(),
            plan.backend().query().map(Object::toString).orElse(null),
            ui(plan)),
        counts,
        AgentVersions.of(statuses),
        lastCanary,
        turns,
        conditions.toList(
            before == null ? null : before.conditions(),
            stack.getMetadata().getGeneration(),
            clock.instant()));
  }

  private static String ui(StackPlan plan) {
    return plan.backend() instanceof BackendPlan.Tempo tempo && tempo.ui()
        ? "http://tempo-%s-jaegerui.%s.svc:16686".formatted(tempo.name(), tempo.namespace())
        : null;
  }

  private static List<TracedWorkloadStatus> statuses(Context<TracingStack> context, StackRef ref) {
    return workloads(context, ref).stream().map(TracedWorkload::getStatus).toList();
  }

  private static Optional<TempoMonolithic> tempo(Context<TracingStack> context) {
    return hasTempoKind(context)
        ? context.getSecondaryResource(TempoMonolithic.class)
        : Optional.empty();
  }

  /** Without tempo-operator's kind there is no event source to ask. */
  private static boolean hasTempoKind(Context<TracingStack> context) {
    return !context.eventSourceRetriever().getEventSourcesFor(TempoMonolithic.class).isEmpty();
  }

  private static Finding backend(StackPlan plan, Context<TracingStack> context) {
    Optional<TempoMonolithic> tempo = tempo(context);
    if (plan.backend() instanceof BackendPlan.Otlp otlp) {
      return Finding.yes(Reason.EXTERNAL, "spans are sent to " + otlp.endpoint());
    }
    if (tempo.isEmpty()) {
      return hasTempoKind(context)
          ? Finding.no(Reason.BACKEND_PENDING, "the TempoMonolithic was just created")
          : Finding.no(
              Reason.TEMPO_OPERATOR_MISSING,
              "the cluster has no CustomResourceDefinition " + TempoMonolithic.CRD);
    }
    TempoMonolithic object = tempo.get();
    if (TempoMonolithicObject.isTrue(object, "Ready")) {
      return Finding.yes(
          Reason.READY,
          "Tempo %s is ready"
              .formatted(TempoMonolithicObject.tempoVersion(object).orElse("(unknown version)")));
    }
    for (String type : new String[] {"ConfigurationError", "Failed"}) {
      if (TempoMonolithicObject.isTrue(object, type)) {
        return Finding.no(
            Reason.BACKEND_FAILED,
            "TempoMonolithic %s: %s: %s"
                .formatted(plan.ref().name(), type, TempoMonolithicObject.message(object, type)));
      }
    }
    return Finding.no(Reason.BACKEND_PENDING, "Tempo is not ready yet");
  }

  private static Finding collector(Context<TracingStack> context, StackPlan plan) {
    Optional<RolloutView> rollout =
        context.getSecondaryResource(Deployment.class).map(RolloutView::of);
    if (rollout.filter(RolloutView::complete).isPresent()) {
      return Finding.yes(
          Reason.READY,
          "%d of %d pods available"
              .formatted(rollout.get().available(), plan.collector().replicas()));
    }
    return Finding.no(
        Reason.COLLECTOR_PENDING,
        rollout
            .map(
                r ->
                    "%d of %d pods are up to date, %d available"
                        .formatted(r.updated(), r.desired(), r.available()))
            .orElse("the collector's Deployment was just created"));
  }

  /** What the API server refused, of the backend's objects or of the collector's. */
  private static Optional<Finding> failure(Map<String, Exception> failures, boolean ofBackend) {
    return failures.entrySet().stream()
        .filter(e -> e.getKey().equals(StackDependents.Tempo.NAME) == ofBackend)
        .sorted(Map.Entry.comparingByKey())
        .findFirst()
        .map(e -> failure(e.getValue()));
  }

  private static Finding failure(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null && !(cause instanceof KubernetesClientException)) {
      cause = cause.getCause();
    }
    if (cause instanceof KubernetesClientException refused) {
      String message =
          refused.getStatus() != null ? refused.getStatus().getMessage() : refused.getMessage();
      return Finding.no(
          refused.getCode() == 409 ? Reason.NAME_CONFLICT : Reason.APPLY_FAILED, message);
    }
    return Finding.no(Reason.APPLY_FAILED, String.valueOf(cause.getMessage()));
  }
}
