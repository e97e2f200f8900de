package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.List;
import java.util.Optional;

/**
 * The variable by which a runtime takes us in. A name the user has set is taken over only at their
 * request: each of their applies then takes it back, at the price of a rollout more.
 */
public enum OptionVariable {
  /** Read by every JVM. */
  JAVA_TOOL_OPTIONS,
  /** Read by the {@code java} launcher of JDK 9 and later. */
  JDK_JAVA_OPTIONS,
  /** Directories that every Python looks into for modules, among them sitecustomize. */
  PYTHONPATH;

  /**
   * The variable to use, or why none can be. Neither is present where none is needed, because the
   * user has named our agent by hand, as the next steps of some reasons advise.
   */
  public record Choice(
      Optional<OptionVariable> variable, Optional<EnvVar> takenOver, Optional<Refusal> refusal) {
    private static final Choice NONE_NEEDED =
        new Choice(Optional.empty(), Optional.empty(), Optional.empty());

    private static Choice free(OptionVariable variable) {
      return new Choice(Optional.of(variable), Optional.empty(), Optional.empty());
    }

    private static Choice refuse(Reason reason, String message) {
      return new Choice(
          Optional.empty(), Optional.empty(), Optional.of(new Refusal(reason, message)));
    }
  }

  /**
   * Chooses.
   *
   * @param takeOver whether the user lets us have their literal JAVA_TOOL_OPTIONS
   */
  static Choice choose(Container container, EnvFromNames envFrom, boolean takeOver) {
    if (isNamedByHand(container)) {
      return Choice.NONE_NEEDED;
    }
    Optional<EnvVar> literal = literal(container, JAVA_TOOL_OPTIONS);
    if (takeOver && literal.isPresent()) {
      return new Choice(Optional.of(JAVA_TOOL_OPTIONS), literal, Optional.empty());
    }
    boolean toolOptionsFree = isFree(container, JAVA_TOOL_OPTIONS, envFrom);
    boolean launcherOptionsFree = isFree(container, JDK_JAVA_OPTIONS, envFrom);
    // A Secret's names are unknown. JAVA_TOOL_OPTIONS is the likelier of the two to be in it.
    boolean hidden = envFrom.opaque().contains(container.getName());
    if (toolOptionsFree && !(hidden && launcherOptionsFree)) {
      return Choice.free(JAVA_TOOL_OPTIONS);
    }
    if (launcherOptionsFree) {
      return Choice.free(JDK_JAVA_OPTIONS);
    }
    return Choice.refuse(
        Reason.TOOL_OPTIONS_TAKEN,
        "container %s sets both JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS"
            .formatted(container.getName()));
  }

  /**
   * Chooses PYTHONPATH, of which there is but one.
   *
   * @param directory the one that is to be on it
   * @param takeOver whether the user lets us have their literal PYTHONPATH
   */
  public static Choice choosePythonPath(
      Container container, EnvFromNames envFrom, boolean takeOver, String directory) {
    Optional<EnvVar> literal = literal(container, PYTHONPATH);
    String value = literal.map(EnvVar::getValue).orElse("");
    if (List.of(value.split(":")).contains(directory)) {
      return Choice.NONE_NEEDED;
    }
    if (isFree(container, PYTHONPATH, envFrom)) {
      return Choice.free(PYTHONPATH);
    }
    return takeOver && literal.isPresent()
        ? new Choice(Optional.of(PYTHONPATH), literal, Optional.empty())
        : Choice.refuse(
            Reason.PYTHON_PATH_TAKEN,
            "container %s sets PYTHONPATH itself; to do it by hand, let it be %s:%s"
                .formatted(
                    container.getName(), directory, literal.isPresent() ? value : "<its value>"));
  }

  private static Optional<EnvVar> literal(Container container, OptionVariable variable) {
    return container.getEnv().stream()
        .filter(v -> v.getName().equals(variable.name()) && v.getValueFrom() == null)
        .findFirst();
  }

  static boolean isNamedByHand(Container container) {
    return OtherAgents.optionTexts(container)
        .anyMatch(text -> text.contains("-javaagent:" + JavaInjection.AGENT_PATH));
  }

  private static boolean isFree(
      Container container, OptionVariable variable, EnvFromNames envFrom) {
    return container.getEnv().stream()
            .map(EnvVar::getName)
            .noneMatch(n -> n.equals(variable.name()))
        && !envFrom.has(container.getName(), variable.name());
  }
}
