package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Map;

/** What is known of a LlamaStack server, and what became of the repair of its tracing. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LlamaStackStatus(
    @JsonPropertyDescription(
            "Who owns the Deployment, e.g. LlamaStackDistribution/assistant; absent where nobody does")
        String owner,
    @JsonPropertyDescription("Version of the server, as far as it is known") String version,
    @JsonPropertyDescription(
            "Where the version is known from: Status, ImageTag, Distribution, or Image, which is"
                + " the init container's report")
        String versionSource,
    @JsonPropertyDescription(
            "What such a version needs: Environment, Patch, InProcess, or AskImage while it is not"
                + " known")
        String action,
    @JsonPropertyDescription("What became of the repair of its tracing") Patch patch,
    @JsonPropertyDescription("What spans keep of prompts and answers: Off, Redacted or Full")
        String content,
    @JsonPropertyDescription(
            "How far a caller's trace goes: None, Joins (into the server, and not on to what it"
                + " calls), TraceContext (on to what it calls), or Unknown")
        String propagation,
    @JsonPropertyDescription("The same in one sentence") String propagationMessage,
    @JsonPropertyDescription("What to look after, though it does not keep the server from tracing")
        List<String> warnings) {

  /** What became of the repair. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Patch(
      @JsonPropertyDescription(
              "Whether the init container's self-test passed with it; absent before the first report")
          Boolean applied,
      @JsonPropertyDescription("Why, or why not, in one word") String reason,
      @JsonPropertyDescription(
              "Confirmed when spans of the running server carry its mark, Contradicted when they"
                  + " should and do not, else Unknown")
          String running,
      @JsonPropertyDescription("In how many processes of the server it was seen") Integer workers,
      @JsonPropertyDescription("SHA-256 of the tracing module in the image") String before,
      @JsonPropertyDescription("SHA-256 of the module with the repair") String after,
      @JsonPropertyDescription("Each check of the self-test, before and after the repair")
          Map<String, String> checks) {}
}
