package io.tracingstack.operator.vllm;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.tracingstack.operator.injection.OtelEnvironment;
import io.tracingstack.operator.llamastack.ServerApi;
import io.tracingstack.operator.llamastack.ServerView;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a user of KServe adds to their object to have its model server traced. Its controllers
 * compare whole pod templates and take out what others write into the Deployment, so it is told and
 * not written.
 */
final class KServeLines {
  private KServeLines() {}

  /**
   * The lines, as YAML.
   *
   * @param server the object that the Deployment was made for
   * @param deployment its name
   */
  static String of(ServerView server, String deployment, InstrumentationPlan instrumentation) {
    String container =
        "args: [%s], env: [%s]"
            .formatted(
                TracesEndpoint.http(instrumentation).argument(),
                variables(server, instrumentation).stream()
                    .map(v -> "{name: %s, value: \"%s\"}".formatted(v.getName(), v.getValue()))
                    .collect(Collectors.joining(", ")));
    if (server.api() == ServerApi.INFERENCE_SERVICE) {
      return "spec: {predictor: {model: {%s}}}".formatted(container);
    }
    String template = "template: {containers: [{name: main, %s}]}".formatted(container);
    boolean prefill = deployment.endsWith("-kserve-prefill");
    return ("spec: {tracing: {exporterEndpoint: \"%s\", sampler: parentbased_traceidratio,"
            + " samplerArg: \"%s\"}}, or before KServe 0.20 spec: {%s}, where args are all of them")
        .formatted(
            TracesEndpoint.grpc(instrumentation).url(),
            instrumentation.samplingRatio(),
            prefill ? "prefill: {" + template + "}" : template);
  }

  private static List<EnvVar> variables(ServerView server, InstrumentationPlan instrumentation) {
    List<EnvVar> variables = new ArrayList<>();
    variables.add(TracesEndpoint.http(instrumentation).variable());
    variables.add(OtelEnvironment.literal("OTEL_SERVICE_NAME", server.name()));
    variables.addAll(OtelEnvironment.sampler(instrumentation));
    return variables;
  }
}
