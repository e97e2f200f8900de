package io.tracingstack.operator.backend;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.BackendPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The TempoMonolithic of a stack: what is asked of tempo-operator, and what it answers. */
public final class TempoMonolithicObject {
  private TempoMonolithicObject() {}

  /** The object for a plan. */
  public static TempoMonolithic build(BackendPlan.Tempo plan) {
    Map<String, Object> traces = new LinkedHashMap<>();
    traces.put("backend", plan.storage().apiName());
    plan.size().ifPresent(size -> traces.put("size", size));
    plan.secretName()
        .ifPresent(secret -> traces.put(plan.storage().apiName(), Map.of("secret", secret)));

    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("storage", Map.of("traces", traces));
    if (plan.ui()) {
      spec.put("jaegerui", Map.of("enabled", true));
    }
    spec.put("extraConfig", Map.of("tempo", retention(plan)));

    TempoMonolithic object = new TempoMonolithic();
    object.setMetadata(
        new ObjectMetaBuilder()
            .withName(plan.name())
            .withNamespace(plan.namespace())
            .addToLabels(Labels.MANAGED_BY, Labels.OPERATOR)
            .addToLabels(Labels.INSTANCE, plan.name())
            .build());
    object.setAdditionalProperty("spec", spec);
    return object;
  }

  /** Tempo 2.x and 3.x refuse to start with the other's key: both read their file strictly. */
  private static Map<String, Object> retention(BackendPlan.Tempo plan) {
    Map<String, Object> compaction =
        Map.of("compaction", Map.of("block_retention", plan.retention()));
    return plan.tempoMajor() >= 3
        ? Map.of("overrides", Map.of("defaults", compaction))
        : Map.of("compactor", compaction);
  }

  /** Tempo's version as tempo-operator reported it. */
  public static Optional<String> tempoVersion(TempoMonolithic object) {
    return Optional.ofNullable(object.<Object>get("status", "tempoVersion"))
        .map(Object::toString)
        .filter(v -> !v.isEmpty());
  }

  /** Whether a condition of the object is true. */
  public static boolean isTrue(TempoMonolithic object, String type) {
    return condition(object, type).filter(c -> "True".equals(c.get("status"))).isPresent();
  }

  /** Message of a condition, empty when it has none. */
  public static String message(TempoMonolithic object, String type) {
    return condition(object, type).map(c -> Objects.toString(c.get("message"), "")).orElse("");
  }

  private static Optional<Map<?, ?>> condition(TempoMonolithic object, String type) {
    Object conditions = object.get("status", "conditions");
    return conditions instanceof List<?> list
        ? list.stream()
            .<Map<?, ?>>mapMulti(
                (item, sink) -> {
                  if (item instanceof Map<?, ?> map && type.equals(map.get("type"))) {
                    sink.accept(map);
                  }
                })
            .findFirst()
        : Optional.empty();
  }
}
