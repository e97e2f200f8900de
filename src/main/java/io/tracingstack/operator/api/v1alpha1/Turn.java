package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/**
 * One change of one workload by us: asked for in the status, granted by repeating it in the spec.
 * Each change needs a turn of its own, so that repairing a lost injection waits like the first one.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Turn(
    @Required @JsonPropertyDescription("Counts the turns of this workload, from 1.") long number,
    @Required @JsonPropertyDescription("Hash of the content to inject.") String revision,
    @Required @JsonPropertyDescription("Hash of the pod template without us that it is to go into.")
        String template,
    @Required
        @JsonPropertyDescription(
            "Hash of the stack's settings, the same for all its workloads; a new one is rolled out"
                + " canary first.")
        String release,
    @JsonPropertyDescription("True for a workload that its owner offers as a canary.")
        Boolean canary,
    @JsonPropertyDescription("True while the workload's own rollout goes on, which this one rides.")
        Boolean riding) {

  /** Whether this turn was asked for like that one, whatever has become of the user's rollout. */
  public boolean grants(Turn other) {
    return other != null
        && number == other.number
        && revision.equals(other.revision)
        && template.equals(other.template);
  }

  /** The same change under another number. */
  public Turn numbered(long other) {
    return new Turn(other, revision, template, release, canary, riding);
  }
}
