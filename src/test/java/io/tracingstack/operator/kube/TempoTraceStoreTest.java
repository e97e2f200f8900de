package io.tracingstack.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.WitnessException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TempoTraceStoreTest {
  private final AtomicReference<String> query = new AtomicReference<>();
  private HttpServer tempo;

  @BeforeEach
  void start() throws IOException {
    tempo = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    tempo.createContext(
        "/api/search",
        exchange -> {
          query.set(
              URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8));
          byte[] body =
              "{\"traces\": [{\"traceID\": \"abc\"}, {\"traceID\": \"d\"}]}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    tempo.start();
  }

  @AfterEach
  void stop() {
    tempo.stop(0);
  }

  @Test
  void aRevisionIsSearchedInThePodsThatWereNamed() throws WitnessException {
    assertThat(search(List.of("shop-1", "shop.two")))
        .containsExactly("0".repeat(29) + "abc", "0".repeat(31) + "d");
    assertThat(query.get())
        .isEqualTo(
            "limit=2&q={resource.tracingstack.revision=\"f00d\""
                + " && resource.k8s.pod.name=~\"shop-1|shop\\\\.two\"}");
  }

  @Test
  void whereNoPodIsNamedAnyWillDo() throws WitnessException {
    search(List.of());
    assertThat(query.get()).isEqualTo("limit=2&q={resource.tracingstack.revision=\"f00d\"}");
  }

  @Test
  void spansOfARepairedServerSayFromWhichProcessTheyCome() throws WitnessException {
    tempo.createContext(
        "/api/traces/f00d",
        exchange -> {
          byte[] body =
              """
              {"batches": [{
                "resource": {"attributes": [{"key": "k8s.pod.name", "value": {"stringValue": "a"}}]},
                "scopeSpans": [{"spans": [
                  {"name": "/v1/health", "attributes": [
                    {"key": "tracingstack.llamastack.patch", "value": {"stringValue": "abc"}},
                    {"key": "process.pid", "value": {"intValue": "17"}}]},
                  {"name": "inner"},
                  {"name": "/v1/models", "attributes": [
                    {"key": "__location__", "value": {"stringValue": "server"}}]}]}]}]}
              """
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    FoundTrace trace = new TempoTraceStore().byId(base(), "f00d").orElseThrow();
    assertThat(trace.repairedProcesses("abc")).containsExactly("a/17");
    assertThat(trace.repairedProcesses("def")).isEmpty();
    assertThat(trace.showsUnrepaired()).isTrue();
  }

  private URI base() {
    return URI.create("http://127.0.0.1:" + tempo.getAddress().getPort());
  }

  private List<String> search(List<String> pods) throws WitnessException {
    return new TempoTraceStore().byRevision(base(), "f00d", pods, 2);
  }
}
