package io.tracingstack.operator.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpServer;
import io.tracingstack.operator.collector.CollectorConfig;
import io.tracingstack.operator.stack.StackPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real OpenTelemetry Collector that runs the configuration of a plan on this machine, and the
 * backend behind it. The program is the one that {@code OTELCOL} names, else that of {@code
 * testbed/binaries}, which builds it once.
 *
 * <p>Of the configuration only addresses are changed, and the encoding of what arrives here, so
 * that it can be read.
 */
public final class CollectorProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final Path directory;
  private final HttpServer backend;
  private final Process process;
  private final int otlp;
  private final int counts;

  private CollectorProcess(StackPlan plan, boolean readable) throws IOException {
    directory = Files.createTempDirectory("tracingstack-collector");
    backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    backend.createContext(
        "/v1/traces",
        exchange -> {
          received.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    backend.start();
    otlp = freePort();
    counts = freePort();
    int health = freePort();
    ObjectNode config = (ObjectNode) YAML.readTree(CollectorConfig.yaml(plan));
    ObjectNode protocols = (ObjectNode) config.at("/receivers/otlp/protocols");
    listen(protocols.path("grpc"), freePort());
    listen(protocols.path("http"), otlp);
    listen(config.at("/exporters/prometheus"), counts);
    listen(config.at("/extensions/health_check"), health);
    ((ObjectNode) config.at("/service/telemetry/metrics/readers/0/pull/exporter/prometheus"))
        .put("port", freePort());
    ObjectNode exporter = (ObjectNode) config.at("/exporters/otlphttp~1backend");
    exporter.put("endpoint", "http://127.0.0.1:" + backend.getAddress().getPort());
    if (readable) {
      exporter.put("encoding", "json").put("compression", "none");
      ((ObjectNode) config.at("/exporters/debug")).put("verbosity", "detailed");
    }
    Path file = directory.resolve("collector.yaml");
    Files.writeString(file, YAML.writeValueAsString(config));
    process =
        new ProcessBuilder(program().toString(), "--config=" + file)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try {
      Awaitility.await("the collector serves")
          .atMost(PATIENCE)
          .until(() -> !process.isAlive() || answers(health));
      assertThat(process.isAlive()).as(() -> "the collector runs; it said: " + log()).isTrue();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a collector; it serves when this returns.
   *
   * @param plan its backend speaks OTLP over HTTP
   */
  public static CollectorProcess start(StackPlan plan) {
    return start(plan, false);
  }

  /**
   * As {@link #start}, but what arrives can be read, and the debug exporter prints every attribute.
   *
   * @param plan it has {@code debug} switched on
   */
  public static CollectorProcess startReadable(StackPlan plan) {
    return start(plan, true);
  }

  private static CollectorProcess start(StackPlan plan, boolean readable) {
    try {
      return new CollectorProcess(plan, readable);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a request of OTLP in JSON. */
  public HttpResponse<String> send(JsonNode traces) {
    return send(traces.toString().getBytes(StandardCharsets.UTF_8), "application/json");
  }

  /** Sends a request of OTLP of that content type. */
  public HttpResponse<String> send(byte[] traces, String contentType) {
    return request(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + otlp + "/v1/traces"))
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(traces))
            .build());
  }

  /** Processor time that the collector has used so far. */
  public Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** Waits until so many spans have reached the backend. */
  public ArrayNode awaitResourceSpans(int spans) {
    Awaitility.await(spans + " spans in the backend")
        .atMost(PATIENCE)
        .until(() -> resourceSpans().findValues("spanId").size() >= spans);
    return resourceSpans();
  }

  private ArrayNode resourceSpans() {
    ArrayNode all = JSON.createArrayNode();
    for (String request : received) {
      try {
        JSON.readTree(request).path("resourceSpans").forEach(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  /** What Prometheus would read of the counted spans, once there is some. */
  public String awaitCounts() {
    URI uri = URI.create("http://127.0.0.1:" + counts + "/metrics");
    return Awaitility.await("counts of spans")
        .atMost(PATIENCE)
        .until(
            () -> request(HttpRequest.newBuilder(uri).build()).body(),
            page -> page.contains(CollectorConfig.SPANS_METRIC));
  }

  /** What the collector has printed. */
  public String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> request(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean answers(int port) {
    try {
      return request(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build())
              .statusCode()
          == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static void listen(JsonNode component, int port) {
    ((ObjectNode) component).put("endpoint", "127.0.0.1:" + port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Path program() throws IOException {
    String given = System.getenv("OTELCOL");
    if (given != null) {
      return Path.of(given);
    }
    Process build =
        new ProcessBuilder("testbed/binaries", "otelcol")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String directory = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(build.waitFor())
          .as("testbed/binaries otelcol; OTELCOL may name a collector instead")
          .isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Path.of(directory.trim(), "otelcol");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    backend.stop(0);
  }
}
