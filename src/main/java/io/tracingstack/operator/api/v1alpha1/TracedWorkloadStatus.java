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
    AgentReport agent,
    Proof proof,
    @JsonPropertyDescription("When others removed our fields, newest last (RFC 3339)")
        List<String> lostInjections,
    @JsonPropertyDescription("Last value seen of the annotation tracingstack.io/retry")
        String handledRetry,
    List<Condition> conditions) {

  /** An empty status, before anything was observed. */
  public static TracedWorkloadStatus empty() {
    return new TracedWorkloadStatus(
        null, null, null, null, null, null, null, null, null, List.of());
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
