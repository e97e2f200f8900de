package io.tracingstack.operator.stack;

import static java.util.Objects.requireNonNullElse;

import io.tracingstack.operator.api.v1alpha1.RolloutSpec;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Mode;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.OnFailure;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Proof;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Rehearsal;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Restart;
import io.tracingstack.operator.api.v1alpha1.RolloutSpec.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The rollout with all defaults filled in.
 *
 * @param canary how many workloads must be proven before all others may go; 0 for no such gate
 * @param soak how long they must stay proven
 * @param maxConcurrent how many workloads may be on their way
 * @param verifyTimeout how long a workload may take to become ready, and then to be proven
 * @param failureBudget how many may fail before admissions stop, with {@code onFailure} Rollback
 * @param windows when pods may restart; none for always
 * @param silentAfter how long a traced workload may send nothing before it is asked
 * @param rehearsal whether a change is tried in a pod of its own first
 */
public record RolloutPlan(
    Mode mode,
    int canary,
    Duration soak,
    int maxConcurrent,
    Duration verifyTimeout,
    OnFailure onFailure,
    int failureBudget,
    boolean paused,
    List<RestartWindow> windows,
    Restart restart,
    Proof proof,
    Duration silentAfter,
    Rehearsal rehearsal) {
  private static final String FIELD = "spec.rollout";
  private static final Duration SECOND = Duration.ofSeconds(1);

  /**
   * Fills in the defaults.
   *
   * @param given the section of the specification, may be null
   * @throws InvalidSpecException naming the field, when a value cannot be used
   */
  static RolloutPlan of(RolloutSpec given) {
    RolloutSpec spec =
        requireNonNullElse(
            given,
            new RolloutSpec(
                null, null, null, null, null, null, null, null, null, null, null, null, null));
    return new RolloutPlan(
        requireNonNullElse(spec.mode(), Mode.APPLY),
        requireNonNullElse(spec.canary(), 1),
        duration(spec.soak(), "1m", Duration.ZERO, "soak"),
        requireNonNullElse(spec.maxConcurrent(), 5),
        duration(spec.verifyTimeout(), "5m", SECOND, "verifyTimeout"),
        requireNonNullElse(spec.onFailure(), OnFailure.ROLLBACK),
        requireNonNullElse(spec.failureBudget(), 3),
        requireNonNullElse(spec.paused(), false),
        windows(requireNonNullElse(spec.windows(), List.of())),
        requireNonNullElse(spec.restart(), Restart.IMMEDIATE),
        requireNonNullElse(spec.proof(), Proof.READINESS_REQUEST),
        duration(spec.silentAfter(), "30m", SECOND, "silentAfter"),
        requireNonNullElse(spec.rehearsal(), Rehearsal.NEVER));
  }

  /** Whether pods may restart now. */
  public boolean open(Instant now) {
    return windows.isEmpty() || windows.stream().anyMatch(w -> w.isOpen(now));
  }

  /** When the next window opens; empty when there is none to wait for. */
  public Optional<Instant> nextOpening(Instant now) {
    return windows.stream()
        .flatMap(w -> w.nextOpening(now).stream())
        .min(Comparator.naturalOrder());
  }

  private static Duration duration(String given, String otherwise, Duration least, String name) {
    return Durations.parse(requireNonNullElse(given, otherwise), least, FIELD + "." + name);
  }

  private static List<RestartWindow> windows(List<Window> windows) {
    return IntStream.range(0, windows.size())
        .mapToObj(i -> RestartWindow.of(windows.get(i), FIELD + ".windows[" + i + "]"))
        .toList();
  }
}
