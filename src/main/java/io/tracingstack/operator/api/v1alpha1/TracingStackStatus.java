package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator observed of a stack. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TracingStackStatus(
    Long observedGeneration,
    @JsonPropertyDescription("tempoMonolithic or otlp") String backend,
    @JsonPropertyDescription("Traced workloads of selected ones, e.g. 12/14") String traced,
    Endpoints endpoints,
    Workloads workloads,
    @JsonPropertyDescription("The agents that are in the field, as the pods reported them")
        List<AgentVersion> agents,
    Canary lastCanary,
    Rollout rollout,
    List<Condition> conditions) {

  /** Addresses inside the cluster. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Endpoints(
      @JsonPropertyDescription("Send OTLP over gRPC here") String otlpGrpc,
      @JsonPropertyDescription("Send OTLP over HTTP here") String otlpHttp,
      @JsonPropertyDescription("Tempo's API, absent when the backend cannot be read") String query,
      @JsonPropertyDescription("Jaeger UI, when switched on") String ui) {}

  /** Counts of TracedWorkloads by state. */
  public record Workloads(
      int selected,
      int waiting,
      int progressing,
      int traced,
      int silent,
      int reverted,
      int failed) {}

  /** How many workloads run with a version of the agent. */
  public record AgentVersion(String version, int workloads) {}

  /** Where the rollout is. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rollout(
      @JsonPropertyDescription(
              "Idle, Canary, Soaking, Rolling, Paused, OutsideWindow, Stopped, PipelineDown or Plan")
          String stage,
      @JsonPropertyDescription("Why, and what would change it") String message,
      @JsonPropertyDescription("Workloads on their way") int running,
      @JsonPropertyDescription("Workloads that wait for their turn") int waiting,
      @JsonPropertyDescription("Workloads that failed with the present settings") int failures,
      @JsonPropertyDescription("Of those that wait the first ten, in the order in which they go")
          List<String> next) {}

  /** The last span sent through the whole pipeline by the operator itself. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Canary(
      @JsonPropertyDescription("Found, Accepted (backend cannot be read) or Failed") String outcome,
      String traceId,
      @JsonPropertyDescription("Milliseconds from sending until it was read back")
          Long latencyMillis,
      @JsonPropertyDescription("When it was sent, RFC 3339") String time) {}
}
