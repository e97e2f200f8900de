package io.tracingstack.operator.stack;

import io.fabric8.kubernetes.api.model.ResourceRequirements;

/**
 * The collector with all defaults filled in.
 *
 * @param memoryLimitBytes the container's memory limit, which the memory limiter and the Go runtime
 *     stay below
 * @param redaction what is taken out of every span
 * @param serverRedaction what else is taken out of spans that may be of LlamaStack servers
 */
public record CollectorPlan(
    String namespace,
    String name,
    String instance,
    String image,
    int replicas,
    ResourceRequirements resources,
    long memoryLimitBytes,
    boolean debug,
    RedactionPlan redaction,
    RedactionPlan serverRedaction) {
  public static final int OTLP_GRPC_PORT = 4317;
  public static final int OTLP_HTTP_PORT = 4318;

  /** Port of the span counts by revision, in Prometheus text format. */
  public static final int COUNTS_PORT = 8889;

  /** Port of the collector's own metrics. */
  public static final int TELEMETRY_PORT = 8888;

  public static final int HEALTH_PORT = 13133;

  /** Host of the collector's Service, resolvable from every namespace. */
  public String host() {
    return name + "." + namespace + ".svc";
  }

  /** OTLP over HTTP, without the signal's path. */
  public String otlpHttp() {
    return "http://" + host() + ":" + OTLP_HTTP_PORT;
  }

  /** OTLP over gRPC. */
  public String otlpGrpc() {
    return "http://" + host() + ":" + OTLP_GRPC_PORT;
  }
}
