package io.tracingstack.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.WorkloadKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who owns a variable of a pod template, as the API server's record of field owners says.
 *
 * @param kind of the workload that has the pod template
 * @param container the container that has the variable
 * @param name of the variable
 */
record VariableOwners(WorkloadKind kind, String container, String name) {

  /** The variables that a footprint in a workload of this kind took over. */
  static Set<VariableOwners> takenOver(WorkloadKind kind, Footprint footprint) {
    return footprint.takenOver().entrySet().stream()
        .flatMap(
            e -> e.getValue().keySet().stream().map(n -> new VariableOwners(kind, e.getKey(), n)))
        .collect(Collectors.toSet());
  }

  /** The field of the variable's value, as conflicts name it. */
  String valueField() {
    return "%s.spec.containers[name=\"%s\"].env[name=\"%s\"].value"
        .formatted(kind.field(), container, name);
  }

  /** Managers, others than us, that own the variable by server-side apply. */
  List<String> byApply(HasMetadata workload) {
    return managers(workload, "Apply");
  }

  /** Managers that own the variable because they once wrote it. */
  List<String> byUpdate(HasMetadata workload) {
    return managers(workload, "Update");
  }

  private List<String> managers(HasMetadata workload, String operation) {
    return workload.getMetadata().getManagedFields().stream()
        .filter(m -> operation.equals(m.getOperation()))
        .filter(m -> !WorkloadStore.FIELD_MANAGER.equals(m.getManager()))
        .filter(m -> !m.getManager().startsWith(FieldWriter.HANDED_OVER))
        .filter(this::owns)
        .map(ManagedFieldsEntry::getManager)
        .toList();
  }

  private boolean owns(ManagedFieldsEntry entry) {
    Object at = entry.getFieldsV1() == null ? null : entry.getFieldsV1().getAdditionalProperties();
    List<String> keys =
        Stream.concat(
                kind.path().stream().map(key -> "f:" + key),
                Stream.of(
                    "f:spec",
                    "f:containers",
                    "k:{\"name\":\"%s\"}".formatted(container),
                    "f:env",
                    "k:{\"name\":\"%s\"}".formatted(name)))
            .toList();
    for (String key : keys) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return at != null;
  }
}
