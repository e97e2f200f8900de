package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.List;
import java.util.Optional;

/** Decides what a Java workload gets: an init container that brings the agent, and environment. */
public final class JavaInjection {
  /** Path of the agent in the application's container. */
  public static final String AGENT_PATH = Preflight.MOUNT_PATH + "/opentelemetry-javaagent.jar";

  /** The agent's jar is 26 MB. */
  private static final Quantity VOLUME_SIZE = new Quantity("128Mi");

  private JavaInjection() {}

  /**
   * Decides for the workload as it would be without us, whether or not it is injected now.
   *
   * @param journey identity of this journey from label to proof
   * @param envFrom what is known of the variables its containers take from elsewhere
   */
  public static InjectionDecision decide(
      String journey,
      WorkloadView workload,
      InstrumentationPlan instrumentation,
      EnvFromNames envFrom) {
    PodTemplateSpec base = Footprint.strip(workload.template());
    Containers.Choice choice = Containers.choose(workload, base, Optional.empty());
    if (choice.refusal().isPresent()) {
      return InjectionDecision.refuse(choice.refusal().get());
    }
    List<Container> targets = choice.of(base);
    Optional<Refusal> forbidden =
        Preflight.check(workload, base, targets, envFrom, instrumentation);
    if (forbidden.isPresent()) {
      return InjectionDecision.refuse(forbidden.get());
    }
    return InjectionDecision.write(
        new InjectedTemplate(
                Optional.of(
                    new InjectedTemplate.Files(
                        initContainer(instrumentation), Preflight.MOUNT_PATH, VOLUME_SIZE)))
            .plan(
                journey,
                targets,
                (target, revision) -> {
                  OptionVariable.Choice option =
                      OptionVariable.choose(target, envFrom, workload.mayTakeOver());
                  return new InjectedTemplate.Additions(
                      new JavaEnvironment(
                              workload, base, target, instrumentation, envFrom, revision)
                          .variables(option),
                      option.takenOver(),
                      Optional.empty());
                },
                summary(workload, targets, envFrom)));
  }

  private static Container initContainer(InstrumentationPlan instrumentation) {
    return new ContainerBuilder()
        .withName(Footprint.NAME)
        .withImage(instrumentation.agentImage())
        .addNewEnv()
        .withName("TRACINGSTACK_TARGET")
        .withValue(Preflight.MOUNT_PATH)
        .endEnv()
        .addAllToEnv(
            instrumentation.agentSha256().stream()
                .map(sha -> new EnvVar("TRACINGSTACK_AGENT_SHA256", sha, null))
                .toList())
        .withResources(instrumentation.initResources())
        .withTerminationMessagePolicy("File")
        .withSecurityContext(InjectedTemplate.restricted())
        .build();
  }

  private static String summary(
      WorkloadView workload, List<Container> targets, EnvFromNames envFrom) {
    return targets.stream()
        .map(
            c ->
                c.getName()
                    + " through "
                    + OptionVariable.choose(c, envFrom, workload.mayTakeOver())
                        .variable()
                        .map(OptionVariable::name)
                        .orElse("an option of its own"))
        .reduce((a, b) -> a + ", " + b)
        .orElse("");
  }
}
