package io.tracingstack.operator.kube;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tracingstack.operator.api.v1alpha1.Reason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The operator's own metrics; no series grows with the number of objects. */
@ApplicationScoped
public class OperatorMetrics {
  private final MeterRegistry registry;

  OperatorMetrics(MeterRegistry registry) {
    this.registry = registry;
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

  /** Shows the number of workloads in each state, counted when somebody asks. */
  public void workloads(ToDoubleFunction<Reason.Group> count) {
    for (Reason.Group state : Reason.Group.values()) {
      Gauge.builder("tracingstack.workloads", () -> count.applyAsDouble(state))
          .description("Labelled workloads by what their state means")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }
}
