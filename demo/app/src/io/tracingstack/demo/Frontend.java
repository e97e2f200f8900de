package io.tracingstack.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The service customers talk to. Every answer needs the backend, so its traces span two services.
 */
final class Frontend {

  private final HttpClient client =
      HttpClient.newBuilder()
          // The backend is a plain HTTP/1.1 server: do not offer it an upgrade with each request.
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final URI inventory;

  private Frontend(URI backend) {
    this.inventory = backend.resolve("/inventory");
  }

  static void serve(ShopConfig config) throws Exception {
    Frontend frontend = new Frontend(config.backend());
    new ShopServer(config)
        .get("/", query -> frontend.withInventory("welcome", 502))
        .get("/checkout", query -> frontend.withInventory("ordered", 502))
        // Ready means able to serve; the probe's own request then reaches the backend, too.
        .probe("/ready", query -> frontend.withInventory("ready", 503))
        .start();
  }

  private Answer withInventory(String status, int statusWithoutBackend)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(inventory).timeout(Duration.ofSeconds(5)).GET().build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        return Answer.ok("{\"status\":\"" + status + "\",\"inventory\":" + response.body() + "}");
      }
    } catch (IOException unreachable) {
      // Answered below, as any other failure of the backend is.
    }
    return new Answer(statusWithoutBackend, "{\"status\":\"backend not available\"}");
  }
}
