package io.tracingstack.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;

/**
 * The HTTP side both services share: probe paths, {@code /slow?ms=}, {@code /fail}, and an orderly
 * end on SIGTERM.
 */
final class ShopServer {

  /** Answers one GET request, given its query string or null. */
  interface Handler {
    Answer answer(String query) throws Exception;
  }

  private static final int THREADS = 8;
  private static final int DRAIN_SECONDS = 1;
  private static final int LONGEST_SLOW_MILLIS = 30_000;

  private final ShopConfig config;
  private final HttpServer server;

  ShopServer(ShopConfig config) throws Exception {
    this.config = config;
    this.server = Listeners.open(config);
    // Without an executor, the server would serve one request at a time.
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    probe("/healthz", query -> Answer.ok("{\"status\":\"up\"}"));
    get("/slow", ShopServer::slow);
    get("/fail", query -> new Answer(500, "{\"status\":\"failed as asked\"}"));
  }

  ShopServer get(String path, Handler handler) {
    server.createContext(path, exchange -> respond(exchange, path, handler));
    return this;
  }

  /** Like {@link #get}, but refuses callers without the required header, if there is one. */
  ShopServer probe(String path, Handler handler) {
    server.createContext(
        path,
        exchange ->
            respond(
                exchange,
                path,
                query ->
                    hasRequiredHeader(exchange)
                        ? handler.answer(query)
                        : new Answer(403, "{\"status\":\"header missing\"}")));
    return this;
  }

  void start() {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(DRAIN_SECONDS)));
    server.start();
    System.out.printf(
        "shop %s listening on %s port %d%n",
        config.role(), config.tls() ? "https" : "http", server.getAddress().getPort());
  }

  private boolean hasRequiredHeader(HttpExchange exchange) {
    Optional<ShopConfig.RequiredHeader> required = config.requiredHeader();
    return required.isEmpty()
        || required
            .get()
            .value()
            .equals(exchange.getRequestHeaders().getFirst(required.get().name()));
  }

  private static Answer slow(String query) throws InterruptedException {
    int millis =
        query != null && query.matches("ms=\\d{1,6}") ? Integer.parseInt(query.substring(3)) : 1000;
    millis = Math.min(millis, LONGEST_SLOW_MILLIS);
    Thread.sleep(millis);
    return Answer.ok("{\"sleptMillis\":" + millis + "}");
  }

  private static void respond(HttpExchange exchange, String path, Handler handler)
      throws IOException {
    URI uri = exchange.getRequestURI();
    Answer answer;
    try {
      // A context matches by prefix: everything below it is not ours.
      answer =
          uri.getPath().equals(path)
              ? handler.answer(uri.getRawQuery())
              : new Answer(404, "{\"status\":\"no such page\"}");
    } catch (Exception unexpected) {
      answer = new Answer(500, "{\"status\":\"unexpected failure\"}");
    }
    byte[] body = answer.json().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    // HEAD gets the headers alone; any other method is answered as GET is.
    boolean headersOnly = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), headersOnly ? -1 : body.length);
    if (!headersOnly) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
