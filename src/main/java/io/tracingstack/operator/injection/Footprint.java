package io.tracingstack.operator.injection;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What in a pod template is ours, written into the template itself. Field ownership does not tell:
 * after {@code kubectl rollout undo} to an injected revision our fields belong to kubectl. A
 * variable counts as ours only while its content is what we wrote; a user's later change makes it
 * theirs.
 *
 * @param revision hash of the injected content
 * @param env per container, variable name to hash of its content
 * @param takenOver per container, name to the user's own literal of a variable we had to change
 * @param args per container, the argument that we added to the user's
 */
public record Footprint(
    String revision,
    SortedMap<String, SortedMap<String, String>> env,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        SortedMap<String, SortedMap<String, String>> takenOver,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, String> args) {
  /** Name of the init container and of the volume that bring the Java agent. */
  public static final String NAME = "tracingstack-agent";

  /** Name of those that bring the repair of a LlamaStack server's tracing. */
  public static final String REPAIR = "tracingstack-repair";

  /** All names of our init containers and volumes. */
  private static final Set<String> NAMES = Set.of(NAME, REPAIR);

  /** A variable that every container of ours gets; users have no use for it. */
  static final String POD_NAME = "TRACINGSTACK_POD_NAME";

  private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  /** Takes what a template's annotation lacks as empty. */
  public Footprint {
    env = env == null ? new TreeMap<>() : env;
    takenOver = takenOver == null ? new TreeMap<>() : takenOver;
    args = args == null ? new TreeMap<>() : args;
  }

  /** Whether an init container, or a volume, of this name is ours. */
  public static boolean isOurs(String name) {
    return NAMES.contains(name);
  }

  /** Whether a container of a pod has something of ours in it. */
  public static boolean isIn(Container container) {
    return container.getVolumeMounts().stream().anyMatch(m -> isOurs(m.getName()))
        || container.getEnv().stream().anyMatch(v -> POD_NAME.equals(v.getName()));
  }

  /** Whether a text, such as a refusal, names something of ours. */
  public static boolean isNamedIn(String text) {
    return NAMES.stream().anyMatch(text::contains);
  }

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

  /**
   * The footprint of what is about to be written.
   *
   * @param takenOver those of the variables that replace the user's, as the user had them
   */
  static Footprint of(
      String revision,
      Map<String, List<EnvVar>> env,
      Map<String, List<EnvVar>> takenOver,
      Map<String, String> args) {
    return new Footprint(
        revision,
        byName(env, Footprint::hash),
        byName(takenOver, v -> Objects.toString(v.getValue(), "")),
        new TreeMap<>(args));
  }

  private static SortedMap<String, SortedMap<String, String>> byName(
      Map<String, List<EnvVar>> variables, Function<EnvVar, String> content) {
    SortedMap<String, SortedMap<String, String>> all = new TreeMap<>();
    variables.forEach(
        (container, list) -> {
          SortedMap<String, String> byName = new TreeMap<>();
          list.forEach(v -> byName.put(v.getName(), content.apply(v)));
          all.put(container, byName);
        });
    return all;
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

  /** The user's own literal under a variable that we took over; empty for one we added. */
  Optional<String> original(String container, String variable) {
    return Optional.ofNullable(takenOver.get(container)).map(names -> names.get(variable));
  }

  /** Whether somebody took a variable, or arguments, back that we had taken over. */
  public boolean takenBackIn(PodTemplateSpec template) {
    return template.getSpec().getContainers().stream()
        .anyMatch(
            c ->
                args.containsKey(c.getName()) && argumentAt(c) < 0
                    || c.getEnv().stream()
                        .anyMatch(
                            v ->
                                original(c.getName(), v.getName()).isPresent()
                                    && !owns(c.getName(), v)));
  }

  /** Where our argument is among a live container's; negative where it is not. */
  int argumentAt(Container container) {
    return args.containsKey(container.getName())
        ? container.getArgs().lastIndexOf(args.get(container.getName()))
        : -1;
  }

  /** Whether a template's values of the user's have to be put back by whoever takes ours out. */
  public boolean replaces() {
    return !(takenOver.isEmpty() && args.isEmpty());
  }

  /**
   * Per container, the variables that we added and somebody has changed since. Those that we took
   * over are still entries of their owners, who lose nothing.
   */
  public Map<String, List<EnvVar>> changedIn(PodTemplateSpec template) {
    Map<String, List<EnvVar>> changed = new TreeMap<>();
    for (Container container : template.getSpec().getContainers()) {
      Map<String, String> written = env.getOrDefault(container.getName(), new TreeMap<>());
      List<EnvVar> theirs =
          container.getEnv().stream()
              .filter(v -> written.containsKey(v.getName()) && !owns(container.getName(), v))
              .filter(v -> original(container.getName(), v.getName()).isEmpty())
              .toList();
      if (!theirs.isEmpty()) {
        changed.put(container.getName(), theirs);
      }
    }
    return changed;
  }

  /**
   * Hash of the template as it would be without us. {@code kubectl rollout restart} changes it as
   * little as we do.
   */
  public static String hashWithout(PodTemplateSpec template) {
    PodTemplateSpec copy = new PodTemplateSpecBuilder(strip(template)).build();
    if (copy.getMetadata() != null && copy.getMetadata().getAnnotations() != null) {
      Map<String, String> annotations = new TreeMap<>(copy.getMetadata().getAnnotations());
      annotations.remove(RESTARTED_AT);
      copy.getMetadata().setAnnotations(annotations);
    }
    return Hash.of(Serialization.asJson(copy));
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
            copy.getSpec().getVolumes().stream().filter(v -> !isOurs(v.getName())).toList());
    for (Container container : copy.getSpec().getContainers()) {
      container.setEnv(
          container.getEnv().stream()
              .flatMap(v -> footprint.withoutUs(container.getName(), v).stream())
              .toList());
      container.setVolumeMounts(
          container.getVolumeMounts().stream().filter(m -> !isOurs(m.getName())).toList());
      int argument = footprint.argumentAt(container);
      if (argument >= 0) {
        List<String> theirs = new ArrayList<>(container.getArgs());
        theirs.remove(argument);
        container.setArgs(theirs);
      }
    }
    return copy;
  }

  private Optional<EnvVar> withoutUs(String container, EnvVar live) {
    return owns(container, live)
        ? original(container, live.getName())
            .map(value -> new EnvVar(live.getName(), value.isEmpty() ? null : value, null))
        : Optional.of(live);
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
    return initContainers.stream().filter(c -> !isOurs(c.getName())).toList();
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
