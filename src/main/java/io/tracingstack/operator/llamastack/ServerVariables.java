package io.tracingstack.operator.llamastack;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.OtelEnvironment;
import io.tracingstack.operator.stack.LlamaStackPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The variables of a LlamaStack server beside those that every traced workload gets. Names are
 * those of OpenTelemetry for Python, and of llama-stack's own configuration.
 */
final class ServerVariables {
  private static final String SINKS = "TELEMETRY_SINKS";

  private ServerVariables() {}

  /**
   * The variables.
   *
   * @param live the template as it is stored, with ours if they are in
   * @param plan of the stack
   */
  static List<EnvVar> of(
      Optional<KnownVersion> version, Container target, PodTemplateSpec live, LlamaStackPlan plan) {
    List<EnvVar> variables = new ArrayList<>();
    variables.add(OtelEnvironment.literal("OTEL_TRACES_EXPORTER", "otlp"));
    // The server's own store makes thousands of spans for one request (ogx-ai/ogx#5158).
    variables.add(
        OtelEnvironment.literal("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "asyncpg,sqlite3"));
    // Spans carry prompts and answers: the default of 512 in one message exceeds what collectors
    // and Tempo accept.
    variables.add(OtelEnvironment.literal("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "64"));
    variables.add(OtelEnvironment.literal("OTEL_BSP_SCHEDULE_DELAY", "1000"));
    if (plan.recordsNoContent()) {
      // What instrumentations do unasked; but an image may ask them for more. All of them take this
      // word for a no, those with the switch of two states as well.
      variables.add(
          OtelEnvironment.literal(
              "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "NO_CONTENT"));
    }
    if (needsSinks(version.map(KnownVersion::version), target, live)) {
      variables.add(OtelEnvironment.literal(SINKS, "console,otel_trace"));
    }
    return variables;
  }

  /**
   * From 0.2.15 to 0.3.0rc3 the server exports to the sinks it is told only; later ones ignore the
   * variable, so there it stays as it is: to take it out would be a restart for nothing.
   */
  private static boolean needsSinks(
      Optional<ServerVersion> version, Container target, PodTemplateSpec live) {
    boolean injected = Footprint.of(live).isPresent();
    boolean present =
        Footprint.of(live)
            .map(f -> f.env().get(target.getName()))
            .filter(names -> names.containsKey(SINKS))
            .isPresent();
    return version
        .map(v -> v.isAtLeast("0.2.15") && (!v.isAtLeast("0.3.0") || present))
        .orElse(!injected || present);
  }
}
