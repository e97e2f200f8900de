package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Optional;

/**
 * The variable that carries {@code -javaagent}. A name the user has set is never taken over:
 * undoing that would lose their value, because their manager still owns the entry but not its
 * value.
 */
enum OptionVariable {
  /** Read by every JVM. */
  JAVA_TOOL_OPTIONS,
  /** Read by the {@code java} launcher of JDK 9 and later. */
  JDK_JAVA_OPTIONS;

  /**
   * The variable to use, or why none can be. Neither is present where none is needed, because the
   * user has named our agent by hand, as the next steps of some reasons advise.
   */
  record Choice(Optional<OptionVariable> variable, Optional<Refusal> refusal) {}

  static Choice choose(Container container, EnvFromNames envFrom) {
    if (isNamedByHand(container)) {
      return new Choice(Optional.empty(), Optional.empty());
    }
    boolean toolOptionsFree = isFree(container, JAVA_TOOL_OPTIONS, envFrom);
    boolean launcherOptionsFree = isFree(container, JDK_JAVA_OPTIONS, envFrom);
    // A Secret's names are unknown. JAVA_TOOL_OPTIONS is the likelier of the two to be in it.
    boolean hidden = envFrom.opaque().contains(container.getName());
    if (toolOptionsFree && !(hidden && launcherOptionsFree)) {
      return new Choice(Optional.of(JAVA_TOOL_OPTIONS), Optional.empty());
    }
    if (launcherOptionsFree) {
      return new Choice(Optional.of(JDK_JAVA_OPTIONS), Optional.empty());
    }
    return new Choice(
        Optional.empty(),
        Optional.of(
            new Refusal(
                Reason.TOOL_OPTIONS_TAKEN,
                "container %s sets both JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS"
                    .formatted(container.getName()))));
  }

  static boolean isNamedByHand(Container container) {
    return Preflight.optionTexts(container)
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
