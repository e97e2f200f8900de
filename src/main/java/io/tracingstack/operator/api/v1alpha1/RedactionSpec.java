package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** What the collector takes out of every span before anything leaves it. */
public record RedactionSpec(
    @Size(max = 2)
        @JsonPropertyDescription(
            "secrets: authorization headers, cookies, tokens, passwords, API keys. genai: prompts,"
                + " completions, instructions, arguments and results of tools. An empty list means"
                + " none. Default: secrets.")
        List<Preset> presets,
    @Size(max = 32)
        @JsonPropertyDescription(
            "Attributes whose key one of these regular expressions (RE2) matches anywhere are"
                + " removed.")
        List<String> keys,
    @Size(max = 32)
        @JsonPropertyDescription(
            "What one of these regular expressions (RE2) matches, in any text of a span, becomes"
                + " [REDACTED].")
        List<String> values) {

  /** Rules that this operator brings. */
  public enum Preset {
    @JsonProperty("secrets")
    SECRETS,
    @JsonProperty("genai")
    GENAI
  }
}
