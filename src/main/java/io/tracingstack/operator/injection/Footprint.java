package io.tracingstack.operator.injection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What in a pod template is ours, written into the template itself. Field ownership does not tell:
 * after {@code kubectl rollout undo} to an injected revision our fields belong to kubectl. A
 * variable counts as ours only while its content is what we wrote; a user's later change makes it
 * theirs.
 *
 * @param revision hash of the injected content
 * @param env per container, variable name to hash of its content
 */
public record Footprint(String revision, SortedMap<String, SortedMap<String, String>> env) {
  /** Name of our init container and of our volume. */
  public static final String NAME = "tracingstack-agent";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  /** The footprint that a template carries, if it carries a readable one. */
  public static Optional<Footprint> of(PodTemplateSpec template) {
    return Optional.ofNullable(template.getMetadata())
        .map(m -> m.getAnnotations())
        .map(a -> a.get(Labels.INJECTED))
        .flatMap(
            text -> {
              try {
                return Optional.of(JSON.readValue(text, Footprint.class));
              } catch (JsonProcessingException edited) {
                return Optional.empty();
              }
            });
  }

  /** The footprint of variables that are about to be written. */
  static Footprint of(String revision, Map<String, List<EnvVar>> env) {
    SortedMap<String, SortedMap<String, String>> hashes = new TreeMap<>();
    env.forEach(
        (container, variables) -> {
          SortedMap<String, String> byName = new TreeMap<>();
          variables.forEach(v -> byName.put(v.getName(), hash(v)));
          hashes.put(container, byName);
        });
    return new Footprint(revision, hashes);
  }

  /** The annotation's value. */
  String toAnnotation() {
    return write(this);
  }

  /** Whether a variable of a live container is ours, unchanged. */
  boolean owns(String container, EnvVar variable) {
    return hash(variable)
        .equals(env.getOrDefault(container, new TreeMap<>()).get(variable.getName()));
  }

  /** Per container, the variables that we wrote and somebody has changed since. */
  public Map<String, List<EnvVar>> changedIn(PodTemplateSpec template) {
    Map<String, List<EnvVar>> changed = new TreeMap<>();
    for (Container container : template.getSpec().getContainers()) {
      Map<String, String> written = env.getOrDefault(container.getName(), new TreeMap<>());
      List<EnvVar> theirs =
          container.getEnv().stream()
              .filter(v -> written.containsKey(v.getName()) && !owns(container.getName(), v))
              .toList();
      if (!theirs.isEmpty()) {
        changed.put(container.getName(), theirs);
      }
    }
    return changed;
  }

  /** The template as it would be without us; the argument is not changed. */
  public static PodTemplateSpec strip(PodTemplateSpec template) {
    Optional<Footprint> present = of(template);
    if (present.isEmpty()) {
      return template;
    }
    Footprint footprint = present.get();
    PodTemplateSpec copy = new PodTemplateSpecBuilder(template).build();
    copy.getMetadata().getAnnotations().remove(Labels.INJECTED);
    if (copy.getMetadata().getLabels() != null) {
      copy.getMetadata().getLabels().remove(Labels.REVISION);
    }
    copy.getSpec().setInitContainers(without(copy.getSpec().getInitContainers()));
    copy.getSpec()
        .setVolumes(
            copy.getSpec().getVolumes().stream().filter(v -> !NAME.equals(v.getName())).toList());
    for (Container container : copy.getSpec().getContainers()) {
      container.setEnv(
          container.getEnv().stream()
              .filter(v -> !footprint.owns(container.getName(), v))
              .toList());
      container.setVolumeMounts(
          container.getVolumeMounts().stream().filter(m -> !NAME.equals(m.getName())).toList());
    }
    return copy;
  }

  /**
   * The containers that name our agent's file by themselves, in a variable or on a command line: a
   * JVM told to load a file that is gone does not start.
   */
  public static List<String> namedByHand(PodTemplateSpec template) {
    return strip(template).getSpec().getContainers().stream()
        .filter(OptionVariable::isNamedByHand)
        .map(Container::getName)
        .toList();
  }

  private static List<Container> without(List<Container> initContainers) {
    return initContainers.stream().filter(c -> !NAME.equals(c.getName())).toList();
  }

  /**
   * JSON Patch operations that remove what of this footprint a template still carries, for the case
   * where ownership has passed to somebody else. The first operation pins the resource version, so
   * the indices are right or nothing happens.
   *
   * @param template the stored template of that resource version
   */
  public List<Map<String, Object>> removal(PodTemplateSpec template, String resourceVersion) {
    List<Map<String, Object>> operations = new ArrayList<>();
    operations.add(
        Map.of("op", "test", "path", "/metadata/resourceVersion", "value", resourceVersion));
    String spec = "/spec/template/spec";
    List<Container> containers = template.getSpec().getContainers();
    for (int c = 0; c < containers.size(); c++) {
      Container container = containers.get(c);
      String at = spec + "/containers/" + c;
      for (int i = container.getEnv().size() - 1; i >= 0; i--) {
        if (owns(container.getName(), container.getEnv().get(i))) {
          operations.add(remove(at + "/env/" + i));
        }
      }
      for (int i = container.getVolumeMounts().size() - 1; i >= 0; i--) {
        if (NAME.equals(container.getVolumeMounts().get(i).getName())) {
          operations.add(remove(at + "/volumeMounts/" + i));
        }
      }
    }
    List<Container> initContainers = template.getSpec().getInitContainers();
    for (int i = initContainers.size() - 1; i >= 0; i--) {
      if (NAME.equals(initContainers.get(i).getName())) {
        operations.add(remove(spec + "/initContainers/" + i));
      }
    }
    for (int i = template.getSpec().getVolumes().size() - 1; i >= 0; i--) {
      if (NAME.equals(template.getSpec().getVolumes().get(i).getName())) {
        operations.add(remove(spec + "/volumes/" + i));
      }
    }
    String metadata = "/spec/template/metadata";
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

  /** Escapes a key for a JSON pointer (RFC 6901). */
  private static String pointer(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }

  private static String hash(EnvVar variable) {
    return Hash.of(write(variable)).substring(0, 8);
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + value, e);
    }
  }
}
