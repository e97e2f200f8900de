package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** Which workloads may go when, and what happens when one fails. */
public record RolloutSpec(
    @JsonPropertyDescription(
            "Apply, or Plan: everything is decided and shown, nothing is applied. Default: Apply.")
        Mode mode,
    @Min(0)
        @Max(1000)
        @JsonPropertyDescription(
            "How many workloads must be proven, and stay so for the soak, before all others may go."
                + " Default: 1.")
        Integer canary,
    @Pattern(DURATION)
        @JsonPropertyDescription(
            "How long the canary workloads must stay proven, e.g. 10m. Default: 1m.")
        String soak,
    @Min(1)
        @Max(1000)
        @JsonPropertyDescription(
            "How many workloads may be on their way at the same time. Default: 5.")
        Integer maxConcurrent,
    @Pattern(DURATION)
        @JsonPropertyDescription(
            "How long a workload may take to become ready, and then to be proven while it has"
                + " traffic, before it is reverted. Default: 5m.")
        String verifyTimeout,
    @JsonPropertyDescription(
            "A workload that fails is always reverted. Pause: the first one stops all further"
                + " admissions. Rollback: they go on until failureBudget is exceeded. Default:"
                + " Rollback.")
        OnFailure onFailure,
    @Min(0)
        @Max(1000)
        @JsonPropertyDescription(
            "With onFailure Rollback: how many workloads may fail before admissions stop. Default: 3.")
        Integer failureBudget,
    @JsonPropertyDescription(
            "Stops admissions at once; what is on its way goes on. Default: false.")
        Boolean paused,
    @Size(max = 16)
        @JsonPropertyDescription("When pods may restart; reverts are exempt. Default: at any time.")
        List<Window> windows,
    @JsonPropertyDescription(
            "Immediate, or OnNextChange: wait for the workload's own next rollout and ride it."
                + " Default: Immediate.")
        Restart restart,
    @JsonPropertyDescription(
            "ReadinessRequest: repeat the readiness probe with a trace context. Passive: send"
                + " nothing to the workload. Default: ReadinessRequest.")
        Proof proof,
    @Pattern(DURATION)
        @JsonPropertyDescription(
            "How long a traced workload may send nothing before it is asked, and told StoppedSending"
                + " when it answers without a span. Default: 30m.")
        String silentAfter,
    @JsonPropertyDescription(
            "Always: before a workload is changed, one throw-away pod with the change is tried beside"
                + " it; needs rights of its own. Default: Never.")
        Rehearsal rehearsal) {

  static final String DURATION = "^([0-9]+(h|m|s))+$";

  /** What the operator does with its decisions. */
  public enum Mode {
    @JsonProperty("Apply")
    APPLY,
    @JsonProperty("Plan")
    PLAN
  }

  /** What a failed workload means for the others. */
  public enum OnFailure {
    @JsonProperty("Rollback")
    ROLLBACK,
    @JsonProperty("Pause")
    PAUSE
  }

  /** Who causes the restart that brings the agent in. */
  public enum Restart {
    @JsonProperty("Immediate")
    IMMEDIATE,
    @JsonProperty("OnNextChange")
    ON_NEXT_CHANGE
  }

  /** Whether the operator sends a request of its own. */
  public enum Proof {
    @JsonProperty("ReadinessRequest")
    READINESS_REQUEST,
    @JsonProperty("Passive")
    PASSIVE
  }

  /** Whether a change is tried in a pod of its own before it reaches the workload. */
  public enum Rehearsal {
    @JsonProperty("Never")
    NEVER,
    @JsonProperty("Always")
    ALWAYS
  }

  /** A time in which pods may restart. */
  public record Window(
      @Required
          @Size(max = 100)
          @JsonPropertyDescription(
              "When it opens: a five-field cron expression, e.g. 0 22 * * 1-5.")
          String schedule,
      @Required @Pattern(DURATION) @JsonPropertyDescription("How long it stays open, e.g. 4h.")
          String duration,
      @Size(max = 64)
          @JsonPropertyDescription("Time zone of the schedule, e.g. Europe/Berlin. Default: UTC.")
          String timeZone) {}
}
