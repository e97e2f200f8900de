package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The variables that one container of a Java workload gets.
 *
 * <p>Names and values are those of the OpenTelemetry Java agent's environment configuration.
 */
final class JavaEnvironment {
  private final Container container;
  private final InstrumentationPlan instrumentation;
  private final OtelEnvironment environment;

  JavaEnvironment(
      WorkloadView workload,
      PodTemplateSpec base,
      Container container,
      InstrumentationPlan instrumentation,
      EnvFromNames envFrom,
      String revision) {
    this.container = container;
    this.instrumentation = instrumentation;
    this.environment =
        new OtelEnvironment(workload, base, container, instrumentation, envFrom, revision);
  }

  /**
   * @param choice the variable that names the agent, none when the user does
   */
  List<EnvVar> variables(OptionVariable.Choice choice) {
    return environment.variables(
        false,
        instrumentation.agentEnv().stream()
            .map(env -> OtelEnvironment.literal(env.name(), env.value()))
            .toList(),
        choice
            .variable()
            .map(
                variable -> OtelEnvironment.literal(variable.name(), options(choice.takenOver()))));
  }

  /**
   * Where the user has resource attributes of their own, ours travel as a system property that
   * repeats theirs, last so that they win; the revision must reach the spans by some way.
   */
  private String options(Optional<EnvVar> takenOver) {
    String agent = "-javaagent:" + JavaInjection.AGENT_PATH;
    if (takenOver.isPresent()) {
      // Ours first: an unclosed quote of theirs must not swallow it. Their entry stands before
      // ours, so it cannot refer to them.
      return (agent + " " + Objects.toString(takenOver.get().getValue(), "")).strip();
    }
    Optional<EnvVar> theirs =
        container.getEnv().stream()
            .filter(v -> v.getName().equals(OtelEnvironment.RESOURCE_ATTRIBUTES))
            .findFirst();
    // The JVM knows quotes but no escapes, and does not start when one is left open: a text that is
    // not known here is not repeated. Such pods are proven by the proof request, without a
    // revision.
    if (theirs.isEmpty() || theirs.get().getValueFrom() != null) {
      return agent;
    }
    String known = Objects.toString(theirs.get().getValue(), "");
    if (known.contains("$(")) {
      return agent;
    }
    String ours = environment.resourceAttributes();
    String text = ours + known;
    return Stream.of("'", "\"")
        .filter(quote -> !text.contains(quote))
        .findFirst()
        .map(
            quote ->
                "%s %s-Dotel.resource.attributes=%s,$(%s)%s"
                    .formatted(agent, quote, ours, OtelEnvironment.RESOURCE_ATTRIBUTES, quote))
        .orElse(agent);
  }
}
