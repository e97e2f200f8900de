package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.verification.PodView;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether a container's probes leave it the time to start with the agent. */
final class StartTime {
  /** The agent's own start on one CPU: 3.1 to 4.3 s were measured with 2.33.1. */
  private static final Duration AGENT = Duration.ofSeconds(4);

  private StartTime() {}

  /**
   * Checks a container.
   *
   * @param container with its defaults filled in
   * @param pods present pods, which run without the agent
   */
  static Optional<Refusal> check(Container container, List<PodView> pods) {
    boolean startup = container.getStartupProbe() != null;
    Probe probe = startup ? container.getStartupProbe() : container.getLivenessProbe();
    if (probe == null) {
      return Optional.empty();
    }
    int period = or(probe.getPeriodSeconds(), 10);
    int failures = or(probe.getFailureThreshold(), 3);
    int delay = or(probe.getInitialDelaySeconds(), 0);
    // The first probe comes up to a period after the delay, so what is sure is a period less.
    Duration sure = Duration.ofSeconds(delay + (long) period * (failures - 1));
    Optional<Duration> present = present(container.getName(), pods, sure.plusSeconds(period));
    Duration agent = agent(container);
    Duration needed = present.orElse(Duration.ZERO).plus(agent);
    if (needed.compareTo(sure) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Refusal(
            Reason.PROBE_TOO_TIGHT,
            "container %s: its %s probe may end it %d s after its start (%d + %d * (%d - 1)); the start"
                    .formatted(
                        container.getName(),
                        startup ? "startup" : "liveness",
                        sure.toSeconds(),
                        delay,
                        period,
                        failures)
                + " takes %s, and %d s more with the agent"
                    .formatted(
                        present.map(d -> d.toSeconds() + " s now").orElse("an unknown time now"),
                        agent.toSeconds())));
  }

  /**
   * How long the newest pod took from the container's start until it was Ready. What is longer than
   * the probe allows is no start: the pod lost Ready and got it back.
   */
  private static Optional<Duration> present(String container, List<PodView> pods, Duration most) {
    return pods.stream()
        .filter(p -> p.life().injected().isEmpty() && p.ready())
        .filter(p -> p.life().startedAt().containsKey(container))
        .sorted(Comparator.comparing(PodView::created).thenComparing(PodView::name).reversed())
        .map(
            p ->
                Duration.between(p.life().startedAt().get(container), p.readySince().orElseThrow()))
        .filter(d -> !d.isNegative() && d.compareTo(most) <= 0)
        .findFirst();
  }

  private static Duration agent(Container container) {
    return Optional.ofNullable(container.getResources())
        .map(r -> AdmittedPod.orEmpty(r.getLimits()).get("cpu"))
        .map(limit -> limit.getNumericalAmount())
        .filter(cores -> cores.signum() > 0 && cores.compareTo(BigDecimal.ONE) < 0)
        .map(
            cores ->
                BigDecimal.valueOf(AGENT.toMillis()).divide(cores, 0, RoundingMode.UP).longValue())
        .map(Duration::ofMillis)
        .orElse(AGENT);
  }

  private static int or(Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
