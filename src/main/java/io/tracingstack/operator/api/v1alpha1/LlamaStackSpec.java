package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.LabelSelector;

/** How LlamaStack servers are traced, those of LlamaStackDistribution and OGXServer among them. */
public record LlamaStackSpec(
    @JsonPropertyDescription(
            "Traces the LlamaStackDistributions and OGXServers with these labels, without the label"
                + " tracingstack.io/inject, in the namespaces that this stack serves. Default: none.")
        LabelSelector selector,
    @JsonPropertyDescription(
            "Auto: repair the tracing of servers in which requests at the same time share a trace"
                + " (llama-stack 0.1.7 to 0.3.5). Never: trace them as they are. Default: Auto.")
        Patch patch,
    @JsonPropertyDescription(
            "What is stored of prompts and answers. Full: all that servers put into spans. Redacted:"
                + " the collector takes them out of all spans that Java agents did not send. Off:"
                + " also, servers are told not to record them. Default: Redacted.")
        Content content) {

  /** Whether a server's tracing is repaired. */
  public enum Patch {
    @JsonProperty("Auto")
    AUTO,
    @JsonProperty("Never")
    NEVER
  }

  /** What spans keep of prompts and answers. */
  public enum Content {
    @JsonProperty("Off")
    OFF("Off"),
    @JsonProperty("Redacted")
    REDACTED("Redacted"),
    @JsonProperty("Full")
    FULL("Full");

    private final String apiName;

    Content(String apiName) {
      this.apiName = apiName;
    }

    /** The name in the API. */
    public String apiName() {
      return apiName;
    }
  }
}
