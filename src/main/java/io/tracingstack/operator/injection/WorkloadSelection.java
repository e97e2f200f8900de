package io.tracingstack.operator.injection;

import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.Map;
import java.util.Optional;

/** Which workloads ask to be traced. */
public final class WorkloadSelection {
  private WorkloadSelection() {}

  /**
   * The language asked for. The workload's own label decides; without one the namespace's label
   * does, but not for workloads that a controller or another operator renders, which would undo
   * ours. A namespace's label for LlamaStack or model servers is for those that such an operator
   * renders, and leaves out what stands beside them.
   *
   * <p>A kind that cannot be injected asks by its own label only, and only where no controller made
   * it: then what it carries is its maker's doing, and the maker is the workload.
   *
   * @param controlled whether the workload has a controlling owner
   */
  public static Optional<String> language(
      WorkloadKind kind,
      Map<String, String> workloadLabels,
      Map<String, String> namespaceLabels,
      boolean controlled) {
    String own = workloadLabels.get(Labels.INJECT);
    if (!kind.isInjectable()) {
      return controlled ? Optional.empty() : wanted(own);
    }
    if (own != null) {
      return wanted(own);
    }
    return controlled
        ? Optional.empty()
        : wanted(namespaceLabels.get(Labels.INJECT))
            .filter(language -> !Labels.INJECT_SERVERS.contains(language));
  }

  private static Optional<String> wanted(String value) {
    return Optional.ofNullable(value).filter(v -> !v.isEmpty() && !Labels.INJECT_OPT_OUT.equals(v));
  }
}
