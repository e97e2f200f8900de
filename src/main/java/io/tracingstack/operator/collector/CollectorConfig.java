package io.tracingstack.operator.collector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tracingstack.operator.api.v1alpha1.OtlpBackendSpec;
import io.tracingstack.operator.stack.BackendPlan;
import io.tracingstack.operator.stack.CollectorPlan;
import io.tracingstack.operator.stack.InstrumentationPlan;
import io.tracingstack.operator.stack.StackPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The collector's configuration file.
 *
 * <p>Component names are the old ones ({@code otlp}, {@code spanmetrics}): every image from 0.135
 * on knows them, the new ones stop older images from starting. Batches are made by the exporter's
 * queue: the batch processor answers success before anything is delivered.
 */
public final class CollectorConfig {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .build();

  /**
   * Counter of spans by {@link InstrumentationPlan#REVISION_ATTRIBUTE}, as it appears on {@code
   * COUNTS_PORT}.
   */
  public static final String SPANS_METRIC = "tracingstack_calls_total";

  /** Where the certificate authority of an external backend is mounted. */
  static final String CA_DIRECTORY = "/etc/tracingstack/ca";

  private static final String REDACTION = "transform/redaction";
  private static final String SERVER_REDACTION = "transform/llamastack";

  private CollectorConfig() {}

  /** The file's content. */
  public static String yaml(StackPlan plan) {
    try {
      return YAML.writeValueAsString(config(plan));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of maps is always YAML", e);
    }
  }

  private static Map<String, Object> config(StackPlan plan) {
    Map<String, Object> exporters = new LinkedHashMap<>();
    String backend = addBackendExporter(exporters, plan.backend());
    exporters.put("prometheus", Map.of("endpoint", "0.0.0.0:" + CollectorPlan.COUNTS_PORT));
    List<String> traceExporters = new ArrayList<>(List.of(backend, "spanmetrics"));
    if (plan.collector().debug()) {
      // Never "detailed": it prints every attribute, prompts and tokens included, to the pod's log.
      exporters.put("debug", Map.of("verbosity", "basic"));
      traceExporters.add("debug");
    }
    Map<String, Object> processors = new LinkedHashMap<>();
    processors.put("memory_limiter", memoryLimiter(plan.collector()));
    // Ahead of every exporter and connector: what is not to be stored is not to be seen elsewhere.
    // Servers first: their condition asks for an attribute that a user's expressions may remove.
    if (!plan.collector().serverRedaction().isNone()) {
      processors.put(
          SERVER_REDACTION,
          Redaction.processor(
              plan.collector().serverRedaction(), Optional.of(Redaction.MAY_BE_OF_SERVER)));
    }
    if (!plan.collector().redaction().isNone()) {
      processors.put(
          REDACTION, Redaction.processor(plan.collector().redaction(), Optional.empty()));
    }
    return ordered(
        "receivers", receivers(),
        "processors", processors,
        "connectors", Map.of("spanmetrics", spanCounts()),
        "exporters", exporters,
        "extensions",
            Map.of("health_check", Map.of("endpoint", "0.0.0.0:" + CollectorPlan.HEALTH_PORT)),
        "service", service(List.copyOf(processors.keySet()), traceExporters));
  }

  private static Map<String, Object> receivers() {
    // Prompts make large spans: the default of 4 MiB refuses whole batches for good.
    return Map.of(
        "otlp",
        Map.of(
            "protocols",
            ordered(
                "grpc",
                    ordered(
                        "endpoint",
                        "0.0.0.0:" + CollectorPlan.OTLP_GRPC_PORT,
                        "max_recv_msg_size_mib",
                        16),
                "http", Map.of("endpoint", "0.0.0.0:" + CollectorPlan.OTLP_HTTP_PORT))));
  }

  private static Map<String, Object> memoryLimiter(CollectorPlan plan) {
    long mib = plan.memoryLimitBytes() >> 20;
    return ordered(
        "check_interval", "1s",
        "limit_mib", mib * 80 / 100,
        "spike_limit_mib", mib * 20 / 100);
  }

  /** Counts spans by revision ahead of any sampling; one series each, however many pods send. */
  private static Map<String, Object> spanCounts() {
    return ordered(
        "namespace",
        "tracingstack",
        "histogram",
        Map.of("disable", true),
        "exclude_dimensions",
        List.of("service.name", "span.name", "span.kind", "status.code", "collector.instance.id"),
        "dimensions",
        List.of(Map.of("name", InstrumentationPlan.REVISION_ATTRIBUTE)),
        "resource_metrics_key_attributes",
        List.of(InstrumentationPlan.REVISION_ATTRIBUTE),
        "metrics_flush_interval",
        "1s",
        "metrics_expiration",
        "30m",
        "aggregation_cardinality_limit",
        10000);
  }

  private static String addBackendExporter(Map<String, Object> exporters, BackendPlan backend) {
    Map<String, Object> exporter = new LinkedHashMap<>();
    String id;
    if (backend instanceof BackendPlan.Otlp otlp) {
      boolean grpc = otlp.protocol() == OtlpBackendSpec.Protocol.GRPC;
      boolean secure = otlp.endpoint().startsWith("https://");
      id = grpc ? "otlp/backend" : "otlphttp/backend";
      exporter.put("endpoint", literal(otlp.endpoint()));
      exporter.put("tls", tls(otlp, secure));
      if (!otlp.headers().isEmpty()) {
        Map<String, Object> headers = new LinkedHashMap<>();
        for (int i = 0; i < otlp.headers().size(); i++) {
          headers.put(otlp.headers().get(i).name(), "${env:" + headerVariable(i) + "}");
        }
        exporter.put("headers", headers);
      }
    } else if (backend instanceof BackendPlan.Tempo tempo) {
      id = "otlp/backend";
      exporter.put("endpoint", tempo.host() + ":" + CollectorPlan.OTLP_GRPC_PORT);
      exporter.put("tls", Map.of("insecure", true));
    } else {
      throw new IllegalStateException("unknown backend " + backend);
    }
    // Receivers accept gRPC messages of 4 MiB by default, and refuse a larger one for good.
    exporter.put(
        "sending_queue",
        Map.of(
            "batch",
            ordered(
                "flush_timeout",
                "200ms",
                "sizer",
                "bytes",
                "min_size",
                256 << 10,
                "max_size",
                3 << 20)));
    exporters.put(id, exporter);
    return id;
  }

  private static Map<String, Object> tls(BackendPlan.Otlp otlp, boolean secure) {
    if (!secure) {
      return Map.of("insecure", true);
    }
    return otlp.caSecret()
        .map(
            ca ->
                ordered("ca_file", CA_DIRECTORY + "/" + literal(ca.key()), "reload_interval", "1m"))
        .orElseGet(() -> Map.of("insecure", false));
  }

  /** Environment variable of the collector's container that holds the value of a header. */
  static String headerVariable(int index) {
    return "BACKEND_HEADER_" + index;
  }

  /** The collector expands {@code $} in every string; a user's text must stay text. */
  static String literal(String text) {
    return text.replace("$", "$$");
  }

  private static Map<String, Object> service(List<String> processors, List<String> traceExporters) {
    return ordered(
        "extensions", List.of("health_check"),
        "telemetry",
            Map.of(
                "metrics",
                Map.of(
                    "readers",
                    List.of(
                        Map.of(
                            "pull",
                            Map.of(
                                "exporter",
                                Map.of(
                                    "prometheus",
                                    ordered(
                                        "host",
                                        "0.0.0.0",
                                        "port",
                                        CollectorPlan.TELEMETRY_PORT))))))),
        "pipelines",
            ordered(
                "traces",
                    ordered(
                        "receivers", List.of("otlp"),
                        "processors", processors,
                        "exporters", traceExporters),
                "metrics/spans",
                    ordered(
                        "receivers", List.of("spanmetrics"), "exporters", List.of("prometheus"))));
  }

  /** A map that keeps the order given, so that the file, and its hash, never change by chance. */
  static Map<String, Object> ordered(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
