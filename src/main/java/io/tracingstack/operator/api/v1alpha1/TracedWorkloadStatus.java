package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/**
 * What was decided and observed. Everything the next step depends on is here or in the workload
 * itself, so that a restarted operator goes on where the last one stopped.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TracedWorkloadStatus(
    Long observedGeneration,
    @JsonPropertyDescription("One word for the whole journey, e.g. Traced") String state,
    @JsonPropertyDescription("Why it is in this state, and the next step") String message,
    @JsonPropertyDescription("The stack that serves this workload") StackRef stack,
    @JsonPropertyDescription(
            "Hash of the content injected; spans carry it as tracingstack.revision")
        String revision,
    @JsonPropertyDescription("The turn this workload waits for, or is in the middle of")
        Turn candidate,
    @JsonPropertyDescription("The last turn in which our fields were written") Turn taken,
    @JsonPropertyDescription("What would be done, while nothing is applied") Plan plan,
    AgentReport agent,
    @JsonPropertyDescription("What is known of a LlamaStack server; absent for other workloads")
        LlamaStackStatus llamaStack,
    Proof proof,
    @JsonPropertyDescription("The agent that was proven last; a failed upgrade returns to it")
        GoodAgent lastGood,
    @JsonPropertyDescription("That all pods have served with it for long, though it is not proven")
        Settled settled,
    @JsonPropertyDescription("What was undone because it failed, and the evidence")
        Reverted reverted,
    @JsonPropertyDescription("The last try of a change in a pod of its own") Rehearsal rehearsal,
    @JsonPropertyDescription("When others removed our fields, newest last (RFC 3339)")
        List<String> lostInjections,
    @JsonPropertyDescription("Last value seen of the annotation tracingstack.io/retry")
        String handledRetry,
    List<Condition> conditions) {

  /** An empty status, before anything was observed. */
  public static TracedWorkloadStatus empty() {
    return new TracedWorkloadStatus(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, List.of());
  }

  /** The same with another rehearsal. */
  public TracedWorkloadStatus with(Rehearsal other) {
    return new TracedWorkloadStatus(
        observedGeneration,
        state,
        message,
        stack,
        revision,
        candidate,
        taken,
        plan,
        agent,
        llamaStack,
        proof,
        lastGood,
        settled,
        reverted,
        other,
        lostInjections,
        handledRetry,
        conditions);
  }

  /**
   * Whether a value of the annotation tracingstack.io/retry asks for another try: a new one does,
   * and to take it away does not.
   *
   * @param retry may be null
   */
  public boolean retriedBy(String retry) {
    return retry != null && !retry.equals(handledRetry);
  }

  /** An announced change. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Plan(
      @JsonPropertyDescription("The exact body of the server-side apply, as YAML") String patch,
      @JsonPropertyDescription("Whether pods restart, and how") String restarts,
      @JsonPropertyDescription("What the API server and its admission say to a dry run")
          String verdict,
      @JsonPropertyDescription("Its place in the order: what orders it, and no number")
          String place,
      @JsonPropertyDescription("What would be brought in, in one sentence") String summary) {}

  /** An agent that was proven in this workload. */
  public record GoodAgent(
      @JsonPropertyDescription("Image of agent-init") String image,
      @JsonPropertyDescription("Digest of the agent, when the stack gave one") String sha256) {}

  /**
   * An unproven change that all pods have served with for long: what fails later is not its doing.
   */
  public record Settled(
      @JsonPropertyDescription("Hash of the content") String revision,
      @JsonPropertyDescription("Hash of the pod template without us") String template,
      @JsonPropertyDescription("When all pods had served for verifyTimeout (RFC 3339)")
          String time) {}

  /** An undone change. The same revision over the same template is not tried again. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Reverted(
      @JsonPropertyDescription("Hash of the content that failed") String revision,
      @JsonPropertyDescription("Hash of the pod template, without us, in which it failed")
          String template,
      String release,
      @JsonPropertyDescription("Why, one of the reasons of the catalogue") String reason,
      String message,
      @JsonPropertyDescription("Whether it counts against the failure budget") boolean counted,
      @JsonPropertyDescription(
              "Whether the workload was seen healthy again, or given up: it fails without us as"
                  + " well, or only its owner can end the pods that are left")
          boolean recovered,
      @JsonPropertyDescription("When it was undone (RFC 3339)") String time,
      Evidence evidence) {

    /** What the failed pod left behind. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Evidence(
        String pod,
        String container,
        Integer exitCode,
        @JsonPropertyDescription("Restarts of the container in the failed pod") Integer restarts,
        @JsonPropertyDescription("The container's last lines") List<String> log) {}
  }

  /** What the init containers of the newest pods reported. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record AgentReport(
      String version,
      @JsonPropertyDescription("Digest of the installed file, as read back in the pod")
          String sha256,
      @JsonPropertyDescription("Pods whose report was verified, of the pods that reported")
          String verified) {}

  /** The evidence that spans of this revision arrive. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Proof(
      @JsonPropertyDescription("ProofRequest, StoreSearch or CollectorCount") String witness,
      @JsonPropertyDescription("A trace of this revision to open") String traceId,
      @JsonPropertyDescription("Pod whose span was seen") String pod,
      @JsonPropertyDescription("Pod template revision that was proven") String templateRevision,
      @JsonPropertyDescription("When the first span was seen (RFC 3339)") String firstSpan,
      @JsonPropertyDescription("When the newest known span was seen (RFC 3339)") String lastSpan,
      @JsonPropertyDescription("Spans of this revision counted by the collector") Long spans) {}
}
