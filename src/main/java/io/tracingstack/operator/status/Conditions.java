package io.tracingstack.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects findings and turns them into Kubernetes conditions. */
public final class Conditions {
  private final Map<ConditionType, Finding> findings = new EnumMap<>(ConditionType.class);

  /** Sets the finding for a type, replacing an earlier one. */
  public Conditions set(ConditionType type, Finding finding) {
    findings.put(type, finding);
    return this;
  }

  /** The finding for a type, if it was set. */
  public Optional<Finding> get(ConditionType type) {
    return Optional.ofNullable(findings.get(type));
  }

  /** The first condition of {@code order} that does not hold, with its finding. */
  public Optional<Map.Entry<ConditionType, Finding>> firstUnmet(List<ConditionType> order) {
    return order.stream()
        .filter(findings::containsKey)
        .filter(type -> !findings.get(type).holds())
        .findFirst()
        .map(type -> Map.entry(type, findings.get(type)));
  }

  /**
   * The conditions in the order of their types. A condition whose status did not change keeps its
   * transition time, so an unchanged world yields an equal list.
   *
   * @param former the conditions of the present status, may be null
   */
  public List<Condition> toList(List<Condition> former, Long observedGeneration, Instant now) {
    List<Condition> result = new ArrayList<>();
    findings.forEach(
        (type, finding) -> {
          String status = statusOf(finding);
          String since =
              find(former, type)
                  .filter(c -> status.equals(c.getStatus()))
                  .map(Condition::getLastTransitionTime)
                  .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
          result.add(
              new ConditionBuilder()
                  .withType(type.apiName())
                  .withStatus(status)
                  .withReason(finding.reason().apiName())
                  .withMessage(finding.text())
                  .withObservedGeneration(observedGeneration)
                  .withLastTransitionTime(since)
                  .build());
        });
    return List.copyOf(result);
  }

  /** The condition of a type in a list that may be null. */
  public static Optional<Condition> find(List<Condition> conditions, ConditionType type) {
    return conditions == null
        ? Optional.empty()
        : conditions.stream().filter(c -> type.apiName().equals(c.getType())).findFirst();
  }

  /** Whether the condition of a type is present and true. */
  public static boolean isTrue(List<Condition> conditions, ConditionType type) {
    return find(conditions, type).filter(c -> "True".equals(c.getStatus())).isPresent();
  }

  /** The reason of a type's condition, when it is present and this version knows it. */
  public static Optional<Reason> reasonOf(List<Condition> conditions, ConditionType type) {
    return find(conditions, type)
        .map(Condition::getReason)
        .flatMap(
            name -> {
              try {
                return Optional.of(Reason.ofApiName(name));
              } catch (IllegalArgumentException writtenByAnotherVersion) {
                return Optional.empty();
              }
            });
  }

  private static String statusOf(Finding finding) {
    return finding.status() == null ? "Unknown" : finding.status() ? "True" : "False";
  }
}
