package io.tracingstack.operator.vllm;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.tracingstack.operator.injection.OtelEnvironment;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.Optional;

/**
 * Where vLLM sends its spans, and by which protocol: it reads the one from a flag, and the other
 * from {@value #PROTOCOL} only (vllm/config/observability.py, vllm/tracing).
 */
record TracesEndpoint(String url, String protocol) {
  static final String FLAG = "--otlp-traces-endpoint";
  static final String PROTOCOL = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";

  private static final String GRPC = "grpc";

  /**
   * HTTP unless the user has chosen gRPC, vLLM's own default: it is the port of all other
   * workloads, so one network policy does, and it is in clear text in every version of vLLM, where
   * gRPC was once encrypted unless told otherwise. vLLM takes the URL as it is, path included.
   */
  static TracesEndpoint wanted(InstrumentationPlan instrumentation, Container container) {
    boolean grpc =
        container.getEnv().stream()
            .anyMatch(v -> PROTOCOL.equals(v.getName()) && GRPC.equals(v.getValue()));
    return grpc ? grpc(instrumentation) : http(instrumentation);
  }

  static TracesEndpoint http(InstrumentationPlan instrumentation) {
    return new TracesEndpoint(instrumentation.otlpHttp() + "/v1/traces", "http/protobuf");
  }

  static TracesEndpoint grpc(InstrumentationPlan instrumentation) {
    return new TracesEndpoint(instrumentation.otlpGrpc(), GRPC);
  }

  /** The one that a user's flag means, if it is one of the stack's. */
  static Optional<TracesEndpoint> ofUser(String value, InstrumentationPlan instrumentation) {
    return Optional.of(http(instrumentation))
        .filter(e -> same(e.url, value))
        .or(() -> Optional.of(grpc(instrumentation)).filter(e -> same(e.url, value)));
  }

  private static boolean same(String one, String other) {
    return normal(one).equals(normal(other));
  }

  private static String normal(String url) {
    return url.replaceFirst("^[a-z]+://", "")
        .replace(".svc.cluster.local", ".svc")
        .replaceFirst("/+$", "");
  }

  /** The flag with its value, in one word. */
  String argument() {
    return FLAG + "=" + url;
  }

  /** The variable that goes with it. */
  EnvVar variable() {
    return OtelEnvironment.literal(PROTOCOL, protocol);
  }
}
