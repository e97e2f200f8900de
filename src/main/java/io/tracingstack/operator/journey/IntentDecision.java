package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.status.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Decides between writing, leaving, and giving up. */
public final class IntentDecision {
  /** How often others may remove our fields within {@link #LOSS_WINDOW} before we stop. */
  public static final int MAX_LOSSES = 3;

  /** Older losses are forgotten: a replaced manifest at each release is no fight. */
  public static final Duration LOSS_WINDOW = Duration.ofMinutes(10);

  private IntentDecision() {}

  /**
   * Decides for a workload that may be injected.
   *
   * @param status the present status
   * @param live the stored pod template
   * @param retry value of the annotation tracingstack.io/retry, may be null
   */
  public static Intent decide(
      TracedWorkloadStatus status,
      PodTemplateSpec live,
      InjectionPlan plan,
      String retry,
      Instant now) {
    if (plan.isAppliedTo(live)) {
      return new Intent.Keep(plan);
    }
    boolean retried = status.retriedBy(retry);
    List<String> losses = retried ? List.of() : recent(status.lostInjections(), now);
    boolean gaveUp =
        Conditions.reasonOf(status.conditions(), ConditionType.INJECTED)
            .filter(r -> r == Reason.FIGHTING)
            .isPresent();
    if (gaveUp && !retried) {
      return new Intent.GiveUp(plan, losses);
    }
    if (isLoss(status, live)) {
      losses = new ArrayList<>(losses);
      losses.add(now.truncatedTo(ChronoUnit.SECONDS).toString());
      if (losses.size() >= MAX_LOSSES) {
        return new Intent.GiveUp(plan, List.copyOf(losses));
      }
    }
    return new Intent.Inject(plan, List.copyOf(losses));
  }

  /** Ours were in, and now nothing of ours is, or not what a variable was taken over for. */
  private static boolean isLoss(TracedWorkloadStatus status, PodTemplateSpec live) {
    return Conditions.isTrue(status.conditions(), ConditionType.INJECTED)
        && !waits(status)
        && Footprint.of(live).map(f -> f.takenBackIn(live)).orElse(true);
  }

  /** Until we write again there is nothing more to lose: a loss counts once, not at each look. */
  private static boolean waits(TracedWorkloadStatus status) {
    return Stream.of(ConditionType.PREFLIGHT, ConditionType.ADMITTED)
        .flatMap(type -> Conditions.find(status.conditions(), type).stream())
        .anyMatch(condition -> "False".equals(condition.getStatus()));
  }

  private static List<String> recent(List<String> losses, Instant now) {
    return losses == null
        ? List.of()
        : losses.stream().filter(t -> Instant.parse(t).isAfter(now.minus(LOSS_WINDOW))).toList();
  }
}
