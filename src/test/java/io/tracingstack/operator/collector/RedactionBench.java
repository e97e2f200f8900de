package io.tracingstack.operator.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.tracingstack.operator.testing.CollectorProcess;
import io.tracingstack.operator.testing.TestStacks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What redaction costs: processor time of a real collector for each span. It is counted rather than
 * the time on a clock, so what else the machine does matters little.
 */
@Tag("bench")
class RedactionBench {
  private static final int SPANS_PER_REQUEST = 200;
  private static final int REQUESTS = 20;

  @ParameterizedTest(name = "{0} spans, {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "http  | []",
        "http  | [secrets]",
        "http  | [secrets, genai]",
        "genai | []",
        "genai | [secrets]",
        "genai | [secrets, genai]"
      })
  void processorTimeForASpan(String kind, String presets) throws Exception {
    byte[] request = request(kind.equals("genai") ? genAi() : http());
    String spec =
        "{backend: {otlp: {endpoint: 'http://127.0.0.1', protocol: http}},"
            + " llamaStack: {content: Full},"
            + " collector: {resources: {limits: {memory: 2Gi}}, redaction: {presets: %s}}}"
                .formatted(presets);
    try (CollectorProcess collector = CollectorProcess.start(TestStacks.plan(spec))) {
      send(collector, request, REQUESTS / 10);
      long before = collector.processorTime().toNanos();
      send(collector, request, REQUESTS);
      long nanos = collector.processorTime().toNanos() - before;
      double micros = nanos / 1000.0 / REQUESTS / SPANS_PER_REQUEST;
      System.out.printf(
          "%-6s %-18s %7.1f µs of a core for each span, %6.0f spans/s and core, %d bytes%n",
          kind, presets, micros, 1e6 / micros, request.length / SPANS_PER_REQUEST);
    }
  }

  private static void send(CollectorProcess collector, byte[] request, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(collector.send(request, "application/x-protobuf").statusCode()).isEqualTo(200);
    }
  }

  /** A request of OTLP as the SDK makes it. */
  private static byte[] request(Attributes attributes) throws IOException {
    CompletableFuture<byte[]> body = new CompletableFuture<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          body.complete(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    String endpoint = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(Resource.create(resource()))
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder()
                            .setEndpoint(endpoint)
                            .setCompression("none")
                            .build())
                    .setMaxExportBatchSize(SPANS_PER_REQUEST)
                    .build())
            .build()) {
      Tracer tracer = provider.get("bench");
      for (int i = 0; i < SPANS_PER_REQUEST; i++) {
        tracer
            .spanBuilder("GET /items/{id}")
            .setSpanKind(SpanKind.SERVER)
            .setAllAttributes(attributes)
            .startSpan()
            .end();
      }
      provider.forceFlush().join(10, TimeUnit.SECONDS);
      return body.join();
    } finally {
      server.stop(0);
    }
  }

  private static Attributes resource() {
    return strings(
            "service.name", "shop",
            "k8s.namespace.name", "shop",
            "k8s.pod.name", "shop-7c9f8d-x2x4z",
            "k8s.node.name", "worker-1",
            "host.name", "shop-7c9f8d-x2x4z",
            "os.description", "Linux 6.18",
            "process.executable.path", "/usr/lib/jvm/java-17/bin/java",
            "process.runtime.description", "Debian OpenJDK 64-Bit Server VM 17.0.15",
            "telemetry.sdk.language", "java",
            "telemetry.distro.version", "2.33.1",
            "tracingstack.revision", "0123456789abcdef")
        .put("process.command_args", "java", "-Xmx512m", "-jar", "/app/shop.jar")
        .build();
  }

  /** A server span of the Java agent. */
  private static Attributes http() {
    return strings(
            "http.request.method", "GET",
            "url.scheme", "http",
            "url.path", "/items/4711",
            "url.query", "page=2&sort=price",
            "http.route", "/items/{id}",
            "server.address", "shop.example.com",
            "client.address", "10.1.2.3",
            "network.peer.address", "10.1.2.4",
            "network.protocol.version", "1.1",
            "user_agent.original", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101",
            "thread.name", "http-nio-8080-exec-3")
        .put("server.port", 8080)
        .put("network.peer.port", 40123)
        .put("http.response.status_code", 200)
        .put("thread.id", 57)
        .build();
  }

  /** A call of a model, with a conversation of 4 KiB. */
  private static Attributes genAi() {
    String message = "{\"role\":\"user\",\"content\":\"%s\"}";
    String text = "Please tell me which of these orders can be sent today, and why. ".repeat(32);
    return strings(
            "gen_ai.operation.name", "chat",
            "gen_ai.provider.name", "openai",
            "gen_ai.request.model", "gpt-4o",
            "gen_ai.response.model", "gpt-4o-2024-08-06",
            "gen_ai.input.messages", "[" + message.formatted(text) + "]",
            "gen_ai.output.messages", "[" + message.formatted(text) + "]")
        .put("gen_ai.usage.input_tokens", 500)
        .put("gen_ai.usage.output_tokens", 500)
        .put(AttributeKey.stringArrayKey("gen_ai.response.finish_reasons"), List.of("stop"))
        .build();
  }

  private static AttributesBuilder strings(String... keysAndValues) {
    AttributesBuilder attributes = Attributes.builder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      attributes.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return attributes;
  }
}
