package io.tracingstack.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.List;

/** The Java agent and the init container that brings it. */
@ValidationRule(
    value =
        "!has(self.env) || self.env.all(e, !(e.name in ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS',"
            + " 'OTEL_JAVAAGENT_ENABLED', 'OTEL_SDK_DISABLED', 'OTEL_RESOURCE_ATTRIBUTES',"
            + " 'OTEL_SERVICE_NAME', 'OTEL_PROPAGATORS', 'OTEL_TRACES_EXPORTER',"
            + " 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL',"
            + " 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']))",
    message =
        "spec.instrumentation.java.env: JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, OTEL_JAVAAGENT_ENABLED,"
            + " OTEL_SDK_DISABLED, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME, OTEL_PROPAGATORS,"
            + " OTEL_TRACES_EXPORTER and the endpoint and protocol of OTLP are the operator's: spans"
            + " that go elsewhere, or lose the caller's trace, prove nothing")
public record JavaSpec(
    @Pattern("^[a-z0-9]([a-z0-9._:/@-]*[a-z0-9A-Z._-])?$")
        @JsonPropertyDescription(
            "agent-init image. Default: the operator's RELATED_IMAGE_AGENT_INIT.")
        String agentImage,
    @Pattern("^[a-f0-9]{64}$")
        @JsonPropertyDescription(
            "SHA-256 that the agent in agentImage must have. Default: the digest of the agent this"
                + " operator was built with, or, with an agentImage of your own, the digest which that"
                + " image records.")
        String agentSha256,
    @Size(max = 32)
        @JsonPropertyDescription(
            "Further environment variables for the agent, e.g. OTEL_INSTRUMENTATION_JDBC_ENABLED; a"
                + " variable that the workload sets itself is left alone.")
        List<Env> env,
    @JsonPropertyDescription(
            "Resources of the init container. Default: requests 10m/32Mi, limits 500m/64Mi.")
        ResourceRequirements resources) {

  /** A literal environment variable. */
  public record Env(
      @Required @Pattern("^[A-Za-z_][A-Za-z0-9_]{0,127}$") @JsonPropertyDescription("Name")
          String name,
      @Required @Size(max = 1024) @JsonPropertyDescription("Value") String value) {}
}
