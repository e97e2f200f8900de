package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.envFromSecret;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
  @Test
  void anOrdinaryContainerMayBeInjected() {
    assertThat(check(container("app", env("JAVA_TOOL_OPTIONS", "-Xmx1g")))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/opt/dd-java-agent.jar",
        "/newrelic/newrelic.jar",
        "/elastic-apm-agent-1.50.jar",
        "/skywalking/agent/skywalking-agent.jar",
        "/opt/appdynamics/javaagent.jar",
        "/opt/Dynatrace/agent.jar",
        "/contrast.jar",
        "/glowroot/glowroot.jar",
        "/splunk-otel-javaagent.jar",
        "/applicationinsights-agent-3.jar",
        "/opt/opentelemetry-javaagent-all.jar",
        "/otel-auto-instrumentation-java/javaagent.jar"
      })
  void tracingAgentsOfOthersAreRefused(String jar) {
    assertThat(check(container("app", env("JAVA_TOOL_OPTIONS", "-Xmx1g -javaagent:" + jar))))
        .map(Refusal::reason)
        .contains(Reason.OTHER_AGENT_PRESENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/opt/jmx_prometheus_javaagent-1.0.1.jar=9404:/etc/jmx.yaml",
        "/pyroscope.jar",
        "/jolokia-agent-jvm.jar",
        "/jacocoagent.jar=output=tcpserver",
        "/byteman.jar=script:x"
      })
  void agentsThatDoNotTraceRunBesideOurs(String jar) {
    assertThat(check(container("app", env("JDK_JAVA_OPTIONS", "-javaagent:" + jar)))).isEmpty();
  }

  @Test
  void anAgentOnTheCommandLineIsFoundToo() {
    Container command =
        new ContainerBuilder(container("app"))
            .withCommand("java", "-javaagent:/dd-java-agent.jar", "-jar", "app.jar")
            .build();
    Container args =
        new ContainerBuilder(container("app")).withArgs("-javaagent:/newrelic.jar").build();

    assertThat(check(command)).map(Refusal::reason).contains(Reason.OTHER_AGENT_PRESENT);
    assertThat(check(args)).map(Refusal::message).get().asString().contains("newrelic");
  }

  @ParameterizedTest
  @CsvSource({
    "instrumentation.opentelemetry.io/inject-java, true, true",
    "instrumentation.opentelemetry.io/inject-java, my-instrumentation, true",
    "instrumentation.opentelemetry.io/inject-java, false, false",
    "admission.datadoghq.com/java-lib.version, v1.2.3, true",
    "oneagent.dynatrace.com/inject, true, true",
    "oneagent.dynatrace.com/inject, false, false",
    "example.com/inject-java, true, false"
  })
  void annotationsOfOtherInjectorsAreRefused(String key, String value, boolean refused) {
    PodTemplateSpec template =
        new PodTemplateSpecBuilder(template(container("app")))
            .editMetadata()
            .addToAnnotations(key, value)
            .endMetadata()
            .build();

    Optional<Refusal> refusal = check(template, EnvFromNames.NONE);

    assertThat(refusal.map(Refusal::reason))
        .isEqualTo(refused ? Optional.of(Reason.OTHER_AGENT_PRESENT) : Optional.empty());
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

    assertThat(Preflight.check(template(app, other), List.of(app), EnvFromNames.NONE, false))
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

  private static Optional<Refusal> check(Container container) {
    return check(template(container), EnvFromNames.NONE);
  }

  private static Optional<Refusal> check(PodTemplateSpec template, EnvFromNames envFrom) {
    return Preflight.check(template, template.getSpec().getContainers(), envFrom, false);
  }
}
