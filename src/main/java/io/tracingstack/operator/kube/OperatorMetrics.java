package io.tracingstack.operator.kube;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;

/** The operator's own metrics; no series grows with the number of objects. */
@ApplicationScoped
public class OperatorMetrics {
  private final MeterRegistry registry;
  private final MultiGauge workloads;

  OperatorMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.workloads =
        MultiGauge.builder("tracingstack.workloads")
            .description("Labelled workloads by state")
            .register(registry);
  }

  /** Counts a write to the API server. */
  public void applied(String target) {
    registry.counter("tracingstack.applies", "target", target).increment();
  }

  /** Counts a condition that changed. */
  public void transition(String condition, String reason) {
    registry
        .counter("tracingstack.transitions", "condition", condition, "reason", reason)
        .increment();
  }

  /** Records a canary that was sent; latency only when it was read back. */
  public void canary(String outcome, Duration latency) {
    registry.counter("tracingstack.canaries", "outcome", outcome).increment();
    if (latency != null) {
      registry.timer("tracingstack.canary.latency").record(latency);
    }
  }

  /** Replaces the counts of workloads. */
  public void workloads(Map<String, Long> byState) {
    workloads.register(
        byState.entrySet().stream()
            .map(e -> MultiGauge.Row.of(Tags.of("state", e.getKey()), e.getValue()))
            .toList(),
        true);
  }
}
