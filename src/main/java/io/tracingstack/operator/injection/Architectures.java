package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.List;
import java.util.Optional;

/** Whether a pod may run on a machine for which the agent-init image is built. */
final class Architectures {
  private static final String LABEL = "kubernetes.io/arch";

  /** What the operator's own agent-init image is built for, by their names in Go. */
  private static final List<String> BUILT = List.of("amd64", "arm64");

  private Architectures() {}

  static Optional<Refusal> check(PodSpec spec) {
    return BUILT.stream().anyMatch(a -> bySelector(spec, a) && byAffinity(spec, a))
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                Reason.UNSUPPORTED_ARCHITECTURE,
                "by node selector or affinity on %s the pods run on none of %s, which the agent-init"
                        .formatted(LABEL, BUILT)
                    + " image is built for"));
  }

  private static boolean bySelector(PodSpec spec, String architecture) {
    String asked = WorkloadView.orEmpty(spec.getNodeSelector()).get(LABEL);
    return asked == null || asked.equals(architecture);
  }

  private static boolean byAffinity(PodSpec spec, String architecture) {
    List<NodeSelectorTerm> terms =
        Optional.ofNullable(spec.getAffinity())
            .map(a -> a.getNodeAffinity())
            .map(a -> a.getRequiredDuringSchedulingIgnoredDuringExecution())
            .map(s -> s.getNodeSelectorTerms())
            .orElse(List.of());
    // One term must hold, and in it every expression.
    return terms.isEmpty()
        || terms.stream()
            .anyMatch(
                t ->
                    t.getMatchExpressions().stream()
                        .filter(e -> LABEL.equals(e.getKey()))
                        .allMatch(e -> holds(e, architecture)));
  }

  private static boolean holds(NodeSelectorRequirement expression, String architecture) {
    return switch (expression.getOperator()) {
      case "In" -> expression.getValues().contains(architecture);
      case "NotIn" -> !expression.getValues().contains(architecture);
      case "Exists" -> true;
      // Every node has the label, and Gt and Lt compare numbers.
      default -> false;
    };
  }
}
