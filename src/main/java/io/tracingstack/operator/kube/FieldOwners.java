package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.WorkloadKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who owns a field of a pod template that we may take over, as the API server's record of field
 * owners says.
 *
 * @param kind of the workload that has the pod template
 * @param container the container that has the field
 * @param variable name of a variable; empty for the container's arguments
 */
record FieldOwners(WorkloadKind kind, String container, Optional<String> variable) {
  /** Stands in the record for an entry of a list itself, beside its fields. */
  private static final String ITSELF = ".";

  /** Of the arguments of a container. */
  static FieldOwners ofArguments(WorkloadKind kind, String container) {
    return new FieldOwners(kind, container, Optional.empty());
  }

  /** What a footprint in a workload of this kind took over. */
  static Set<FieldOwners> takenOver(WorkloadKind kind, Footprint footprint) {
    return Stream.concat(
            footprint.takenOver().entrySet().stream()
                .flatMap(
                    e ->
                        e.getValue().keySet().stream()
                            .map(n -> new FieldOwners(kind, e.getKey(), Optional.of(n)))),
            footprint.args().keySet().stream().map(c -> ofArguments(kind, c)))
        .collect(Collectors.toSet());
  }

  /** The field, as conflicts name it. */
  String field() {
    return "%s.spec.containers[name=\"%s\"].%s"
        .formatted(
            kind.field(),
            container,
            variable.map("env[name=\"%s\"].value"::formatted).orElse("args"));
  }

  /** Managers, others than us, that own the field by server-side apply. */
  List<String> byApply(HasMetadata workload) {
    return managers(workload, "Apply", variable.map(this::variableKeys).orElse(List.of("f:args")));
  }

  /**
   * Managers to whom the field goes back: those that own the variable because they once wrote it.
   * We own arguments alone once we have taken them over; then it is those that wrote the container.
   */
  List<String> byUpdate(HasMetadata workload) {
    return managers(workload, "Update", variable.map(this::variableKeys).orElse(List.of(ITSELF)));
  }

  private List<String> variableKeys(String name) {
    return List.of("f:env", "k:{\"name\":\"%s\"}".formatted(name));
  }

  private List<String> managers(HasMetadata workload, String operation, List<String> keys) {
    return workload.getMetadata().getManagedFields().stream()
        .filter(m -> operation.equals(m.getOperation()))
        .filter(m -> !WorkloadStore.FIELD_MANAGER.equals(m.getManager()))
        .filter(m -> !m.getManager().startsWith(FieldWriter.HANDED_OVER))
        .filter(m -> owns(m, keys))
        .map(ManagedFieldsEntry::getManager)
        .toList();
  }

  private boolean owns(ManagedFieldsEntry entry, List<String> keys) {
    Object at = entry.getFieldsV1() == null ? null : entry.getFieldsV1().getAdditionalProperties();
    List<String> path =
        Stream.of(
                kind.path().stream().map(key -> "f:" + key),
                Stream.of("f:spec", "f:containers", "k:{\"name\":\"%s\"}".formatted(container)),
                keys.stream())
            .flatMap(k -> k)
            .toList();
    for (String key : path) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return at != null;
  }
}
