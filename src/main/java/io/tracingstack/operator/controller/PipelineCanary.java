package io.tracingstack.operator.controller;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.api.v1alpha1.TracingStackStatus.Canary;
import io.tracingstack.operator.journey.StatusDraft;
import io.tracingstack.operator.kube.OperatorConfig;
import io.tracingstack.operator.kube.OperatorMetrics;
import io.tracingstack.operator.kube.StackTelemetry;
import io.tracingstack.operator.stack.StackPlan;
import io.tracingstack.operator.status.Conditions;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.SpanCounts;
import io.tracingstack.operator.verification.TraceStore;
import io.tracingstack.operator.verification.WitnessException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends a span of the operator's own through a stack's pipeline and reads it back by id. A canary
 * on its way is remembered in memory only; the last outcome is in the status.
 */
@ApplicationScoped
public class PipelineCanary {
  /** A span accepted by the collector is in the store within a second; this is ample. */
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  /** Longer than the exporter's first attempt and its time-out of 5 s. */
  private static final Duration DELIVERY = Duration.ofSeconds(6);

  private static final Duration SOON = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(15);

  private final StackTelemetry telemetry;
  private final TraceStore store;
  private final SpanCounts counts;
  private final OperatorMetrics metrics;
  private final OperatorConfig config;
  private final Clock clock;
  private final Map<ResourceID, InFlight> inFlight = new ConcurrentHashMap<>();

  PipelineCanary(
      StackTelemetry telemetry,
      TraceStore store,
      SpanCounts counts,
      OperatorMetrics metrics,
      OperatorConfig config,
      Clock clock) {
    this.telemetry = telemetry;
    this.store = store;
    this.counts = counts;
    this.metrics = metrics;
    this.config = config;
    this.clock = clock;
  }

  /**
   * A span on its way.
   *
   * @param lostBefore what the collector's pods had failed to deliver when it was sent: the counter
   *     never goes down
   */
  private record InFlight(String traceId, Instant sent, long lostBefore) {}

  /**
   * The state of the check.
   *
   * @param last what the status shows of the last canary, may be null
   */
  record Check(Finding finding, Canary last, Optional<Duration> lookAgain) {}

  void forget(TracingStack stack) {
    inFlight.remove(ResourceID.fromResource(stack));
  }

  /** The pipeline is not up: what was verified before says nothing about later. */
  Check postponed(TracingStack stack) {
    forget(stack);
    return new Check(
        Finding.unknown(Reason.CANARY_PENDING, "the pipeline is not up"),
        last(stack),
        Optional.empty());
  }

  /** Sends a canary when one is due, and looks for the one on its way. */
  Check check(TracingStack stack, StackPlan plan) {
    ResourceID id = ResourceID.fromResource(stack);
    InFlight canary = inFlight.get(id);
    if (canary == null) {
      Optional<Check> recent = recent(stack);
      if (recent.isPresent()) {
        return recent.get();
      }
      long lostBefore = undelivered(plan).orElse(0);
      Instant sent = clock.instant();
      Optional<String> traceId = telemetry.sendCanary(plan.ref());
      if (traceId.isEmpty()) {
        return failed(
            stack,
            null,
            sent,
            Finding.no(
                Reason.CANARY_REFUSED,
                "the collector at %s did not accept a span"
                    .formatted(plan.collector().otlpHttp())));
      }
      canary = new InFlight(traceId.get(), sent, lostBefore);
      inFlight.put(id, canary);
    }
    return plan.backend().query().isPresent()
        ? readBack(stack, plan, canary, plan.backend().query().get())
        : accepted(stack, plan, canary);
  }

  /** A healthy pipeline is checked again after a while, or when the specification changed. */
  private Optional<Check> recent(TracingStack stack) {
    Canary last = last(stack);
    if (last == null) {
      return Optional.empty();
    }
    Instant next = Instant.parse(last.time()).plus(config.canary().period());
    Duration rest = Duration.between(clock.instant(), next);
    return verified(stack)
        .filter(finding -> !rest.isNegative())
        .map(finding -> new Check(finding, last, Optional.of(rest.plusSeconds(1))));
  }

  /** What was verified stands while it is verified again: the same settings, and no failure yet. */
  private Check pending(TracingStack stack) {
    return new Check(
        verified(stack)
            .orElseGet(() -> Finding.unknown(Reason.CANARY_PENDING, "a span is on its way")),
        last(stack),
        Optional.of(SOON));
  }

  /** What the status says of a pipeline with these very settings, if that is that it works. */
  private static Optional<Finding> verified(TracingStack stack) {
    return Optional.ofNullable(stack.getStatus())
        .flatMap(s -> Conditions.find(s.conditions(), ConditionType.PIPELINE_VERIFIED))
        .filter(c -> "True".equals(c.getStatus()))
        .filter(c -> stack.getMetadata().getGeneration().equals(c.getObservedGeneration()))
        .map(c -> Finding.yes(Reason.ofApiName(c.getReason()), c.getMessage()));
  }

  private Check readBack(TracingStack stack, StackPlan plan, InFlight canary, URI query) {
    Duration waited = Duration.between(canary.sent(), clock.instant());
    Finding silent;
    try {
      if (store.byId(query, canary.traceId()).isPresent()) {
        forget(stack);
        metrics.canary("found", waited);
        return new Check(
            Finding.yes(Reason.CANARY_FOUND, "a span was read back from the store"),
            new Canary(
                "Found", canary.traceId(), waited.toMillis(), StatusDraft.timestamp(canary.sent())),
            Optional.of(config.canary().period()));
      }
      silent =
          Finding.no(
              undelivered(plan).orElse(0) > canary.lostBefore()
                  ? Reason.CANARY_EXPORT_FAILED
                  : Reason.CANARY_LOST,
              "span %s did not reach the store".formatted(canary.traceId()));
    } catch (WitnessException e) {
      silent = Finding.no(Reason.STORE_UNREACHABLE, e.getMessage());
    }
    if (waited.compareTo(TIMEOUT) < 0) {
      return pending(stack);
    }
    return failed(stack, canary.traceId(), canary.sent(), silent);
  }

  /** A backend that cannot be read: the collector took the span, and delivers what it takes. */
  private Check accepted(TracingStack stack, StackPlan plan, InFlight canary) {
    Duration waited = Duration.between(canary.sent(), clock.instant());
    OptionalLong lost = undelivered(plan);
    if (lost.isPresent()
        && lost.getAsLong() <= canary.lostBefore()
        && waited.compareTo(DELIVERY) >= 0) {
      forget(stack);
      metrics.canary("accepted", null);
      return new Check(
          Finding.yes(
              Reason.CANARY_ACCEPTED,
              "the collector took a span and lost none; the backend cannot be read"),
          new Canary("Accepted", canary.traceId(), null, StatusDraft.timestamp(canary.sent())),
          Optional.of(config.canary().period()));
    }
    if (waited.compareTo(TIMEOUT) < 0) {
      return pending(stack);
    }
    return failed(
        stack,
        canary.traceId(),
        canary.sent(),
        lost.isPresent()
            ? Finding.no(
                Reason.CANARY_EXPORT_FAILED, "the collector has spans that it cannot deliver")
            : Finding.no(Reason.CANARY_REFUSED, "the collector's pods do not show their counters"));
  }

  /** Spans lost or stuck so far; empty when no pod of the collector answers. */
  private OptionalLong undelivered(StackPlan plan) {
    try {
      return OptionalLong.of(counts.undelivered(plan.collector()));
    } catch (WitnessException silent) {
      return OptionalLong.empty();
    }
  }

  /** Repeats itself until it succeeds; the status shows the first failure of a row. */
  private Check failed(TracingStack stack, String traceId, Instant sent, Finding finding) {
    forget(stack);
    metrics.canary("failed", null);
    Canary last = last(stack);
    Canary shown =
        last != null && "Failed".equals(last.outcome())
            ? last
            : new Canary("Failed", traceId, null, StatusDraft.timestamp(sent));
    return new Check(finding, shown, Optional.of(AFTER_FAILURE));
  }

  private static Canary last(TracingStack stack) {
    return stack.getStatus() == null ? null : stack.getStatus().lastCanary();
  }
}
