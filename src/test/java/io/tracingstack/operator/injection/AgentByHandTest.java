package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The next steps of ToolOptionsTaken and AgentNotStarted: the user names our agent. */
class AgentByHandTest {
  private static final String OURS = "-javaagent:" + JavaInjection.AGENT_PATH;

  @Test
  void ourAgentInAVariableOfTheUsersNeedsNoOther() {
    Container app =
        container(
            "app", env("JAVA_TOOL_OPTIONS", "-Xmx1g " + OURS), env("JDK_JAVA_OPTIONS", "-Xms1g"));

    InjectionPlan plan = decide(template(app)).plan().orElseThrow();

    assertThat(names(plan)).contains("OTEL_SERVICE_NAME");
    assertThat(names(plan)).doesNotContain("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
    assertThat(plan.fragment().getSpec().getInitContainers()).hasSize(1);
    assertThat(plan.summary()).isEqualTo("app through an option of its own");
  }

  @Test
  void ourAgentOnTheCommandLineNeedsNoVariable() {
    Container app =
        new ContainerBuilder(container("app")).withCommand("run-embedded", OURS).build();

    assertThat(names(decide(template(app)).plan().orElseThrow()))
        .doesNotContain("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
  }

  @Test
  void anotherAgentBesideOursIsStillRefused() {
    Container app = container("app", env("JAVA_TOOL_OPTIONS", OURS + " -javaagent:/newrelic.jar"));

    assertThat(decide(template(app)).refusal())
        .map(Refusal::reason)
        .contains(Reason.OTHER_AGENT_PRESENT);
  }

  /** Refusing would take the volume away, and the JVM does not start without the file it names. */
  @Test
  void anOptionThatTheUserAddsToOurVariableLeavesTheAgentInPlace() {
    PodTemplateSpec bare = template(container("app"));
    PodTemplateSpec injected =
        ServerSideApply.apply(bare, decide(bare).plan().orElseThrow().fragment());
    injected.getSpec().getContainers().get(0).getEnv().stream()
        .filter(v -> v.getName().equals("JAVA_TOOL_OPTIONS"))
        .forEach(v -> v.setValue(v.getValue() + " -Xmx1g"));

    InjectionPlan plan = decide(injected).plan().orElseThrow();

    assertThat(plan.fragment().getSpec().getVolumes()).hasSize(1);
    assertThat(names(plan)).doesNotContain("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");
  }

  private static InjectionDecision decide(PodTemplateSpec template) {
    return JavaInjection.decide(
        "journey", deployment(template), TestStacks.instrumentation(), EnvFromNames.NONE);
  }

  private static List<String> names(InjectionPlan plan) {
    return plan.fragment().getSpec().getContainers().get(0).getEnv().stream()
        .map(EnvVar::getName)
        .toList();
  }
}
