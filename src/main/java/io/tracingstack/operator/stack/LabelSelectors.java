package io.tracingstack.operator.stack;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;

/** Evaluates a label selector by the rules of {@code metav1.LabelSelector}. */
public final class LabelSelectors {
  private LabelSelectors() {}

  /** Whether an object with these labels is selected; by an empty selector every one is. */
  public static boolean matches(LabelSelector selector, Map<String, String> labels) {
    return matchLabels(selector).entrySet().stream()
            .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))
        && selector.getMatchExpressions().stream().allMatch(e -> matches(e, labels));
  }

  /** Says what nothing could be compared with, as the API server does for a Service. */
  static void validate(LabelSelector selector, String field) {
    List<LabelSelectorRequirement> expressions = selector.getMatchExpressions();
    for (int i = 0; i < expressions.size(); i++) {
      LabelSelectorRequirement e = expressions.get(i);
      String at = field + ".matchExpressions[" + i + "]";
      boolean hasValues = !e.getValues().isEmpty();
      switch (String.valueOf(e.getOperator())) {
        case "In", "NotIn" -> {
          if (!hasValues) {
            throw new InvalidSpecException(at + ".values", "required for In and NotIn");
          }
        }
        case "Exists", "DoesNotExist" -> {
          if (hasValues) {
            throw new InvalidSpecException(at + ".values", "must be empty for " + e.getOperator());
          }
        }
        default ->
            throw new InvalidSpecException(
                at + ".operator",
                "'" + e.getOperator() + "' is not one of In, NotIn, Exists, DoesNotExist");
      }
      if (e.getKey() == null || e.getKey().isEmpty()) {
        throw new InvalidSpecException(at + ".key", "required");
      }
    }
  }

  private static boolean matches(LabelSelectorRequirement e, Map<String, String> labels) {
    String value = labels.get(e.getKey());
    return switch (e.getOperator()) {
      case "In" -> value != null && e.getValues().contains(value);
      case "NotIn" -> value == null || !e.getValues().contains(value);
      case "Exists" -> value != null;
      default -> value == null;
    };
  }

  private static Map<String, String> matchLabels(LabelSelector selector) {
    return selector.getMatchLabels() == null ? Map.of() : selector.getMatchLabels();
  }
}
