package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted.Evidence;
import java.util.List;
import java.util.Objects;

/** A change tried in a throw-away pod beside the workload, before it reaches the workload. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rehearsal(
    @JsonPropertyDescription("Hash of the content that is tried") String revision,
    @JsonPropertyDescription("Hash of the pod template, without us, that it is tried in")
        String template,
    String release,
    @JsonPropertyDescription("Running, Passed, Failed, or Abandoned: not wanted any more")
        Outcome outcome,
    @JsonPropertyDescription("Its pod, until that is gone") String pod,
    @JsonPropertyDescription("When its pod was created (RFC 3339)") String started,
    @JsonPropertyDescription("Volumes of the workload that are empty in its pod")
        List<String> emptyVolumes,
    @JsonPropertyDescription("Why it failed, one of the reasons of the catalogue") String reason,
    String message,
    @JsonPropertyDescription("Whether its failure counts against the failure budget")
        Boolean counted,
    Evidence evidence) {

  /** How far it is. */
  public enum Outcome {
    @JsonProperty("Running")
    RUNNING,
    @JsonProperty("Passed")
    PASSED,
    @JsonProperty("Failed")
    FAILED,
    @JsonProperty("Abandoned")
    ABANDONED
  }

  /** One that is about to create its pod. */
  public static Rehearsal begin(Turn turn, String pod, List<String> emptyVolumes) {
    return new Rehearsal(
        turn.revision(),
        turn.template(),
        turn.release(),
        Outcome.RUNNING,
        pod,
        null,
        emptyVolumes.isEmpty() ? null : emptyVolumes,
        null,
        null,
        null,
        null);
  }

  /**
   * What is kept of a rehearsal when nothing more is known of it than that; null for none. One that
   * goes on is abandoned unless somebody says that it goes on.
   */
  public static Rehearsal unlessGoingOn(Rehearsal before) {
    return before == null || before.outcome != Outcome.RUNNING
        ? before
        : before.ended(Outcome.ABANDONED, null, null, null, null);
  }

  /** Whether it is about this content in this pod template. */
  public boolean isOf(String otherRevision, String otherTemplate) {
    return Objects.equals(revision, otherRevision) && Objects.equals(template, otherTemplate);
  }

  /** Whether its failure counts for the rollout. */
  public boolean failedAndCounted() {
    return outcome == Outcome.FAILED && Boolean.TRUE.equals(counted);
  }

  /** The same with its pod created then. */
  public Rehearsal startedAt(String time) {
    return new Rehearsal(
        revision, template, release, outcome, pod, time, emptyVolumes, null, null, null, null);
  }

  /** The same at its end; its pod is still there. */
  public Rehearsal ended(
      Outcome how, String why, String what, Boolean counts, Evidence leftBehind) {
    return new Rehearsal(
        revision,
        template,
        release,
        how,
        pod,
        started,
        emptyVolumes,
        why,
        what,
        counts,
        leftBehind);
  }

  /** The same once its pod is gone; null for one of which nothing is to be remembered. */
  public Rehearsal withoutPod() {
    return outcome == Outcome.ABANDONED
        ? null
        : new Rehearsal(
            revision,
            template,
            release,
            outcome,
            null,
            started,
            emptyVolumes,
            reason,
            message,
            counted,
            evidence);
  }
}
