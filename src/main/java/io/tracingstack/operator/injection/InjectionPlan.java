package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.List;

/**
 * What to write into a workload.
 *
 * @param revision hash of the content; changes exactly when the content does
 * @param containers the injected containers
 * @param fragment a pod template with our fields only, for server-side apply
 * @param summary one sentence for the status
 */
public record InjectionPlan(
    String revision, List<String> containers, PodTemplateSpec fragment, String summary) {

  /** What is in a template now, which may not be what is wanted. */
  public static InjectionPlan present(Footprint footprint) {
    return new InjectionPlan(
        footprint.revision(),
        List.copyOf(footprint.env().keySet()),
        new PodTemplateSpec(),
        "content of an earlier turn is in");
  }

  /** Whether the live template already carries everything this plan writes. */
  public boolean isAppliedTo(PodTemplateSpec live) {
    return Fragments.contains(live, fragment);
  }
}
