package io.tracingstack.operator.stack;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec;
import io.tracingstack.operator.api.v1alpha1.LlamaStackSpec.Content;
import io.tracingstack.operator.api.v1alpha1.RedactionSpec.Preset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How LlamaStack servers are traced, with all defaults filled in.
 *
 * @param patch whether tracing with defects is repaired
 * @param content what spans keep of prompts and answers, which may be less than was asked for
 * @param files what the repair consists of: text by file name
 */
public record LlamaStackPlan(
    Optional<LabelSelector> selector,
    boolean patch,
    Content content,
    SortedMap<String, String> files) {

  /**
   * Fills in the defaults.
   *
   * @param redaction of every span of the stack; what that takes out is not kept for servers
   */
  static LlamaStackPlan of(LlamaStackSpec given, RedactionPlan redaction, Defaults defaults) {
    LlamaStackSpec spec = given == null ? new LlamaStackSpec(null, null, null) : given;
    Optional<LabelSelector> selector = Optional.ofNullable(spec.selector());
    selector.ifPresent(s -> LabelSelectors.validate(s, "spec.llamaStack.selector"));
    return new LlamaStackPlan(
        selector,
        spec.patch() != LlamaStackSpec.Patch.NEVER,
        spec.content() == null
                || spec.content() == Content.FULL && redaction.presets().contains(Preset.GENAI)
            ? Content.REDACTED
            : spec.content(),
        defaults.repairFiles());
  }

  /** Whether the selector, if there is one, chooses a server with these labels. */
  public boolean selects(Map<String, String> labels) {
    return selector.filter(s -> LabelSelectors.matches(s, labels)).isPresent();
  }

  /** Whether servers are told not to record prompts and answers at all. */
  public boolean recordsNoContent() {
    return content == Content.OFF;
  }

  /** A hash of all that reaches workloads; what else becomes of content is the collector's. */
  String release() {
    return Hash.of(Serialization.asJson(List.of(patch, files, recordsNoContent())));
  }
}
