package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Arrays;
import java.util.Optional;

/** Where a rollout is, or what holds it back. */
public enum Stage {
  /** Nobody waits, and nobody is on the way. */
  IDLE("Idle", Reason.AWAITING_TURN),
  /** The first few go, and all others wait for them. */
  CANARY("Canary", Reason.WAITING_FOR_CANARY),
  /** The first few are proven, and must stay so for a while. */
  SOAKING("Soaking", Reason.WAITING_FOR_CANARY),
  /** All go, a few at a time. */
  ROLLING("Rolling", Reason.WAITING_FOR_SLOT),
  /** The user stopped it. */
  PAUSED("Paused", Reason.PAUSED),
  /** Pods may not restart now. */
  OUTSIDE_WINDOW("OutsideWindow", Reason.OUTSIDE_WINDOW),
  /** Too many failed. */
  STOPPED("Stopped", Reason.ROLLOUT_STOPPED),
  /** Nothing could be proven. */
  PIPELINE_DOWN("PipelineDown", Reason.PIPELINE_DOWN),
  /** Everything is decided and nothing done. */
  PLAN("Plan", Reason.PLAN_ONLY);

  private final String apiName;
  private final Reason waitingReason;

  Stage(String apiName, Reason waitingReason) {
    this.apiName = apiName;
    this.waitingReason = waitingReason;
  }

  /** The name in {@code status.rollout.stage} of a stack. */
  public String apiName() {
    return apiName;
  }

  /** What a workload that waits for its turn says in its condition Admitted. */
  public Reason waitingReason() {
    return waitingReason;
  }

  /** The stage of this name; empty for null and for what another version wrote. */
  public static Optional<Stage> ofApiName(String name) {
    return Arrays.stream(values()).filter(stage -> stage.apiName.equals(name)).findFirst();
  }
}
