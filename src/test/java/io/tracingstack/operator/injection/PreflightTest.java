package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.deployment;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.envFromSecret;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.testing.ServerSideApply;
import io.tracingstack.operator.testing.TestStacks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreflightTest {
  @Test
  void anOrdinaryContainerMayBeInjected() {
    assertThat(check(container("app", env("JAVA_TOOL_OPTIONS", "-Xmx1g")))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory            | 128Mi |                                | MEMORY_TOO_TIGHT",
        "memory            | 128Mi | MemoryTooTight                 |",
        "memory            | 128Mi | ProbeTooTight , MemoryTooTight |",
        "memory            | 128Mi | ProbeTooTight                  | MEMORY_TOO_TIGHT",
        "ephemeral-storage | 10Mi  |                                | EPHEMERAL_STORAGE_TOO_TIGHT",
        "ephemeral-storage | 10Mi  | EphemeralStorageTooTight       |"
      })
  void tightLimitsAreRefusedUnlessTheirOwnerAcceptsThem(
      String resource, String limit, String accepted, Reason expected) {
    PodTemplateSpec template = template(limited("app", resource, limit));
    WorkloadView workload =
        deployment(accepted == null ? Map.of() : Map.of(Labels.ACCEPT_RISK, accepted), template);

    assertThat(check(workload, EnvFromNames.NONE).map(Refusal::reason))
        .isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void theOwnerCannotAcceptWhatIsAFact() {
    WorkloadView workload =
        deployment(
            Map.of(Labels.ACCEPT_RISK, "OwnExporter,UnsupportedArchitecture"),
            template(container("app", env("OTEL_TRACES_EXPORTER", "zipkin"))));

    assertThat(check(workload, EnvFromNames.NONE))
        .map(Refusal::reason)
        .contains(Reason.OWN_EXPORTER);
  }

  @Test
  void anArchitectureWithoutAnInitImageIsRefused() {
    PodTemplateSpec template = template(container("app"));
    template.getSpec().setNodeSelector(Map.of("kubernetes.io/arch", "s390x"));

    assertThat(check(template, EnvFromNames.NONE))
        .map(Refusal::reason)
        .contains(Reason.UNSUPPORTED_ARCHITECTURE);
  }

  @Test
  void whatAnImageOfTheUsersIsBuiltForTheyKnow() {
    PodTemplateSpec template = template(container("app"));
    template.getSpec().setNodeSelector(Map.of("kubernetes.io/arch", "s390x"));

    assertThat(
            Preflight.check(
                deployment(template),
                template,
                template.getSpec().getContainers(),
                EnvFromNames.NONE,
                TestStacks.plan("instrumentation: {java: {agentImage: 'own:1'}}")
                    .instrumentation()))
        .isEmpty();
  }

  @Test
  void whatRunsWithTheAgentIsNotTakenOutForItsLimits() {
    PodTemplateSpec original = template(container("app"));
    PodTemplateSpec injected =
        ServerSideApply.apply(
            original,
            JavaInjection.decide(
                    "journey",
                    deployment(original),
                    TestStacks.instrumentation(),
                    EnvFromNames.NONE)
                .plan()
                .orElseThrow()
                .fragment());
    injected
        .getSpec()
        .getContainers()
        .get(0)
        .setResources(limited("app", "memory", "128Mi").getResources());

    assertThat(check(deployment(injected), EnvFromNames.NONE)).isEmpty();
    assertThat(check(deployment(Footprint.strip(injected)), EnvFromNames.NONE))
        .map(Refusal::reason)
        .contains(Reason.MEMORY_TOO_TIGHT);
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://elsewhere:4317, true",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, http://elsewhere:4317, true",
    "OTEL_CONFIG_FILE, /etc/otel.yaml, true",
    "OTEL_EXPERIMENTAL_CONFIG_FILE, /etc/otel.yaml, true",
    "OTEL_TRACES_EXPORTER, zipkin, true",
    "OTEL_TRACES_EXPORTER, none, true",
    "OTEL_TRACES_EXPORTER, otlp, false",
    "OTEL_SDK_DISABLED, TRUE, true",
    "OTEL_SDK_DISABLED, false, false",
    "OTEL_JAVAAGENT_ENABLED, false, true",
    "OTEL_JAVAAGENT_ENABLED, true, false",
    "OTEL_SERVICE_NAME, mine, false"
  })
  void settingsThatKeepSpansAwayAreRefused(String name, String value, boolean refused) {
    assertThat(check(container("app", env(name, value))).map(Refusal::reason))
        .isEqualTo(refused ? Optional.of(Reason.OWN_EXPORTER) : Optional.empty());
  }

  @Test
  void anEndpointFromAConfigMapIsAnOwnExporterToo() {
    EnvFromNames envFrom =
        new EnvFromNames(Map.of("app", Set.of("OTEL_EXPORTER_OTLP_ENDPOINT")), Set.of());

    assertThat(check(template(container("app")), envFrom))
        .map(Refusal::reason)
        .contains(Reason.OWN_EXPORTER);
  }

  @Test
  void anotherAgentIsRefused() {
    assertThat(check(container("app", env("JAVA_TOOL_OPTIONS", "-javaagent:/dd-java-agent.jar"))))
        .map(Refusal::reason)
        .contains(Reason.OTHER_AGENT_PRESENT);
  }

  @Test
  void bothOptionVariablesOfTheUserLeaveNoneForUs() {
    assertThat(
            check(
                container(
                    "app", env("JAVA_TOOL_OPTIONS", "-Xmx1g"), envFromSecret("JDK_JAVA_OPTIONS"))))
        .map(Refusal::reason)
        .contains(Reason.TOOL_OPTIONS_TAKEN);
  }

  @Test
  void aContainerThatIsNoTargetForbidsNothing() {
    Container other = container("other", env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://elsewhere"));
    Container app = container("app");

    assertThat(
            Preflight.check(
                deployment(template(app, other)),
                template(app, other),
                List.of(app),
                EnvFromNames.NONE,
                TestStacks.instrumentation()))
        .isEmpty();
  }

  @Test
  void namesThatCollideWithOursAreRefused() {
    PodTemplateSpec plain = template(container("app"));
    PodTemplateSpec init =
        new PodTemplateSpecBuilder(plain)
            .editSpec()
            .addToInitContainers(container(Footprint.NAME))
            .endSpec()
            .build();
    PodTemplateSpec volume =
        new PodTemplateSpecBuilder(plain)
            .editSpec()
            .addNewVolume()
            .withName(Footprint.NAME)
            .endVolume()
            .endSpec()
            .build();

    assertThat(List.of(init, volume, mountedAt("/tracingstack/agent/extensions")))
        .allSatisfy(
            template ->
                assertThat(check(template, EnvFromNames.NONE))
                    .map(Refusal::reason)
                    .contains(Reason.NAME_TAKEN));
    assertThat(check(mountedAt("/tracingstack/agents"), EnvFromNames.NONE)).isEmpty();
  }

  private static PodTemplateSpec mountedAt(String path) {
    return template(
        new ContainerBuilder(container("app"))
            .addNewVolumeMount()
            .withName("data")
            .withMountPath(path)
            .endVolumeMount()
            .build());
  }

  private static Container limited(String name, String resource, String limit) {
    return new ContainerBuilder(container(name))
        .withNewResources()
        .addToLimits(resource, new Quantity(limit))
        .endResources()
        .build();
  }

  private static Optional<Refusal> check(Container container) {
    return check(template(container), EnvFromNames.NONE);
  }

  private static Optional<Refusal> check(PodTemplateSpec template, EnvFromNames envFrom) {
    return check(deployment(template), envFrom);
  }

  private static Optional<Refusal> check(WorkloadView workload, EnvFromNames envFrom) {
    PodTemplateSpec base = Footprint.strip(workload.template());
    return Preflight.check(
        workload, base, base.getSpec().getContainers(), envFrom, TestStacks.instrumentation());
  }
}
