package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The JSON Patch (RFC 6902) that takes a footprint out of a stored template. */
public final class FootprintRemoval {
  private FootprintRemoval() {}

  /**
   * Operations that remove what of a footprint a template still carries, and put back what was
   * there before, for the cases that giving up our fields does not cover. The first one pins the
   * resource version, so the indices are right or nothing happens.
   *
   * @param kind of the workload that has the template
   * @param template the stored template of that resource version
   */
  public static List<Map<String, Object>> operations(
      Footprint footprint, WorkloadKind kind, PodTemplateSpec template, String resourceVersion) {
    List<Map<String, Object>> operations = new ArrayList<>();
    operations.add(operation("test", "/metadata/resourceVersion", resourceVersion));
    String spec = kind.pointer() + "/spec";
    List<Container> containers = template.getSpec().getContainers();
    for (int c = 0; c < containers.size(); c++) {
      Container container = containers.get(c);
      String at = spec + "/containers/" + c;
      for (int i = container.getEnv().size() - 1; i >= 0; i--) {
        EnvVar variable = container.getEnv().get(i);
        if (footprint.owns(container.getName(), variable)) {
          String path = at + "/env/" + i;
          operations.add(
              footprint
                  .original(container.getName(), variable.getName())
                  .map(value -> operation("replace", path + "/value", value))
                  .orElseGet(() -> remove(path)));
        }
      }
      int argument = footprint.argumentAt(container);
      if (argument >= 0) {
        operations.add(
            remove(at + "/args" + (container.getArgs().size() == 1 ? "" : "/" + argument)));
      }
      for (int i = container.getVolumeMounts().size() - 1; i >= 0; i--) {
        if (Footprint.isOurs(container.getVolumeMounts().get(i).getName())) {
          operations.add(remove(at + "/volumeMounts/" + i));
        }
      }
    }
    List<Container> initContainers = template.getSpec().getInitContainers();
    for (int i = initContainers.size() - 1; i >= 0; i--) {
      if (Footprint.isOurs(initContainers.get(i).getName())) {
        operations.add(remove(spec + "/initContainers/" + i));
      }
    }
    for (int i = template.getSpec().getVolumes().size() - 1; i >= 0; i--) {
      if (Footprint.isOurs(template.getSpec().getVolumes().get(i).getName())) {
        operations.add(remove(spec + "/volumes/" + i));
      }
    }
    String metadata = kind.pointer() + "/metadata";
    operations.add(remove(metadata + "/annotations/" + pointer(Labels.INJECTED)));
    Map<String, String> labels = template.getMetadata().getLabels();
    if (labels != null && labels.containsKey(Labels.REVISION)) {
      operations.add(remove(metadata + "/labels/" + pointer(Labels.REVISION)));
    }
    return operations;
  }

  private static Map<String, Object> remove(String path) {
    return Map.of("op", "remove", "path", path);
  }

  private static Map<String, Object> operation(String op, String path, Object value) {
    return Map.of("op", op, "path", path, "value", value);
  }

  /** Escapes a key for a JSON pointer (RFC 6901). */
  private static String pointer(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
