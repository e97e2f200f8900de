package io.tracingstack.operator.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * The application in every simulated pod: it answers readiness requests and, as a traced one does,
 * leaves a span in the store for each that brings a trace context.
 */
@ApplicationScoped
public class FakeApplication {
  /** Header that tells the pod whose readiness is asked. */
  static final String POD = "X-Pod";

  private final FakeTraceStore store;
  private final HttpServer server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile boolean traced = true;
  private volatile String otherwise;
  private volatile String mark = "";

  FakeApplication(FakeTraceStore store) {
    this.store = store;
    try {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }

  void reset() {
    traced = true;
    otherwise = null;
    mark = "";
    requests.clear();
  }

  /** Where it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Whether requests leave spans. */
  public void traced(boolean leavesSpans) {
    traced = leavesSpans;
  }

  /** The pod whose readiness is asked by requests that name none. */
  public void answerFor(String pod) {
    otherwise = pod;
  }

  /** What marks its spans as those of a repaired LlamaStack server. */
  public void marked(String repair) {
    mark = repair;
  }

  /** Paths of the requests that carried a trace context. */
  public List<String> requests() {
    return requests;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String traceparent = exchange.getRequestHeaders().getFirst("traceparent");
    if (traceparent != null) {
      requests.add(exchange.getRequestURI().toString());
      if (traced) {
        String pod = exchange.getRequestHeaders().getFirst(POD);
        store.add(traceparent.split("-")[1], "", pod == null ? otherwise : pod, mark);
      }
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  @PreDestroy
  void stop() {
    server.stop(0);
  }
}
