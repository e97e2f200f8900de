package io.tracingstack.operator.injection;

import static io.tracingstack.operator.testing.TestWorkloads.container;
import static io.tracingstack.operator.testing.TestWorkloads.env;
import static io.tracingstack.operator.testing.TestWorkloads.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.tracingstack.operator.api.v1alpha1.Reason;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtherAgentsTest {
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
    "instrumentation.newrelic.com/inject-java, true, true",
    "instrumentation.newrelic.com/inject-java, false, false",
    "admission.datadoghq.com/java-lib.custom-image, own/dd:1, true",
    "admission.datadoghq.com/all-lib.version, latest, true",
    "admission.datadoghq.com/python-lib.version, v2, false",
    "co.elastic.apm/attach, java, true",
    "co.elastic.apm/attach, nodejs, false",
    "example.com/inject-java, true, false"
  })
  void annotationsOfOtherInjectorsAreRefused(String key, String value, boolean refused) {
    PodTemplateSpec template =
        new PodTemplateSpecBuilder(template(container("app")))
            .editMetadata()
            .addToAnnotations(key, value)
            .endMetadata()
            .build();

    Optional<Refusal> refusal = check(template);

    assertThat(refusal.map(Refusal::reason))
        .isEqualTo(refused ? Optional.of(Reason.OTHER_AGENT_PRESENT) : Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "swck-java-agent-injected, true, true",
    "swck-java-agent-injected, false, false",
    "admission.datadoghq.com/enabled, true, false"
  })
  void labelsOfOtherInjectorsAreRefused(String key, String value, boolean refused) {
    PodTemplateSpec template =
        new PodTemplateSpecBuilder(template(container("app")))
            .editMetadata()
            .addToLabels(key, value)
            .endMetadata()
            .build();

    assertThat(check(template).map(Refusal::reason))
        .isEqualTo(refused ? Optional.of(Reason.OTHER_AGENT_PRESENT) : Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "ghcr.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:2.20.0, true",
    "docker.elastic.co/observability/apm-agent-java:1.55.0, true",
    "newrelic/newrelic-java-init:latest, true",
    "gcr.io/datadoghq/dd-lib-java-init@sha256:0123, true",
    "registry:5000/tools/opentelemetry-javaagent, true",
    "docker.io/appdynamics/java-agent:24.1, true",
    "registry.example.com/newrelic-proxy:1, false",
    "registry.example.com/shop:newrelic-java, false",
    "registry.example.com/copy:1, false"
  })
  void imagesThatBringAnotherAgentAreRefused(String image, boolean refused) {
    Container init = new ContainerBuilder(container("copy")).withImage(image).build();
    PodTemplateSpec template =
        new PodTemplateSpecBuilder(template(container("app")))
            .editSpec()
            .withInitContainers(init)
            .endSpec()
            .build();

    assertThat(check(template).map(Refusal::message))
        .isEqualTo(
            refused
                ? Optional.of(
                    "container copy has the image " + image + ", which carries another Java agent")
                : Optional.empty());
  }

  private static Optional<Refusal> check(Container container) {
    return check(template(container));
  }

  private static Optional<Refusal> check(PodTemplateSpec template) {
    return OtherAgents.find(template, template.getSpec().getContainers()).findFirst();
  }
}
