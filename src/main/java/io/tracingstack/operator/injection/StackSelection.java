package io.tracingstack.operator.injection;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which stack serves a workload. Reaching another namespace needs that namespace's consent; a
 * stack's selector narrows what it serves and never widens it.
 */
public final class StackSelection {
  private StackSelection() {}

  /** A stack, or why none serves: exactly one of the two is present. */
  public record Choice(Optional<StackCandidate> stack, Optional<Refusal> refusal) {}

  /**
   * A namespace as far as selection is concerned.
   *
   * @param annotations win over labels of their names
   */
  public record NamespaceView(
      String name, Map<String, String> labels, Map<String, String> annotations) {}

  /**
   * The administrator's part.
   *
   * @param clusterWide stacks that need no consent
   * @param protectedNamespaces namespaces that are never touched, beside the system's own
   */
  public record Policy(Set<StackRef> clusterWide, Set<String> protectedNamespaces) {
    boolean protects(String namespace) {
      return namespace.startsWith("kube-")
          || namespace.equals("openshift")
          || namespace.startsWith("openshift-")
          || protectedNamespaces.contains(namespace);
    }
  }

  /**
   * Chooses.
   *
   * @param workloadAnnotations win over labels of their names
   * @param stacks all stacks that exist and are not being deleted
   */
  public static Choice choose(
      NamespaceView namespace,
      Map<String, String> workloadLabels,
      Map<String, String> workloadAnnotations,
      Collection<StackCandidate> stacks,
      Policy policy) {
    if (policy.protects(namespace.name())) {
      return refuse(Reason.PROTECTED_NAMESPACE, "namespace " + namespace.name() + " is protected");
    }
    Optional<String> named =
        Stream.of(
                workloadAnnotations.get(Labels.STACK),
                workloadLabels.get(Labels.STACK),
                namespace.annotations().get(Labels.STACK),
                namespace.labels().get(Labels.STACK))
            .filter(v -> v != null && !v.isEmpty())
            .findFirst();
    if (named.isPresent()) {
      return StackRef.parse(named.get())
          .flatMap(ref -> stacks.stream().filter(s -> s.ref().equals(ref)).findFirst())
          .map(stack -> narrow(stack, namespace))
          .orElseGet(
              () ->
                  refuse(
                      Reason.NO_STACK,
                      "%s names '%s', and there is no TracingStack of that <namespace>.<name>"
                          .formatted(Labels.STACK, named.get())));
    }
    List<StackCandidate> candidates = reaching(namespace.name(), stacks, policy);
    if (candidates.size() == 1) {
      return narrow(candidates.get(0), namespace);
    }
    if (candidates.size() > 1) {
      return refuse(
          Reason.AMBIGUOUS_STACK,
          "more than one TracingStack may serve this namespace: "
              + candidates.stream().map(s -> s.ref().toString()).sorted().toList());
    }
    return stacks.isEmpty()
        ? refuse(Reason.NO_STACK, "there is no TracingStack")
        : refuse(
            Reason.NO_CONSENT,
            "namespace %s has no TracingStack and has not consented to one of another namespace (%s)"
                .formatted(
                    namespace.name(),
                    String.join(
                        ", ",
                        stacks.stream().map(s -> s.ref().toString()).sorted().limit(3).toList())));
  }

  private static List<StackCandidate> reaching(
      String namespace, Collection<StackCandidate> stacks, Policy policy) {
    List<StackCandidate> own =
        stacks.stream().filter(s -> s.ref().namespace().equals(namespace)).toList();
    return own.isEmpty()
        ? stacks.stream().filter(s -> policy.clusterWide().contains(s.ref())).toList()
        : own;
  }

  private static Choice narrow(StackCandidate stack, NamespaceView namespace) {
    return stack.admitsNamespace(namespace.labels())
        ? new Choice(Optional.of(stack), Optional.empty())
        : refuse(
            Reason.NAMESPACE_EXCLUDED,
            "the namespaceSelector of TracingStack %s excludes namespace %s"
                .formatted(stack.ref(), namespace.name()));
  }

  private static Choice refuse(Reason reason, String message) {
    return new Choice(Optional.empty(), Optional.of(new Refusal(reason, message)));
  }
}
