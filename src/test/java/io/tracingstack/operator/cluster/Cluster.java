package io.tracingstack.operator.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The cluster under test, reached as its administrator. */
final class Cluster {
  /** Long enough on a busy machine for anything that happens at all. */
  static final Duration PATIENCE = Duration.ofMinutes(4);

  static final KubernetesClient CLIENT = client();

  private static final ObjectMapper JSON = new ObjectMapper();

  private Cluster() {}

  /** The client reads EC keys only when told that they are. */
  private static KubernetesClient client() {
    Config config = Config.autoConfigure(null);
    for (String algorithm : List.of("RSA", "EC")) {
      config.setClientKeyAlgo(algorithm);
      try {
        return new KubernetesClientBuilder().withConfig(config).build();
      } catch (KubernetesClientException otherKind) {
        // Told below, when no kind fits.
      }
    }
    throw new IllegalStateException("the kubeconfig's key is neither RSA nor EC");
  }

  /** Waits for what is expected of the cluster. */
  static ConditionFactory await(String what) {
    return Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions();
  }

  /** Runs kubectl and returns what it printed; fails when it fails. */
  static String kubectl(String... arguments) {
    return kubectlWithInput("", arguments);
  }

  /** Runs kubectl with something to read. */
  static String kubectlWithInput(String input, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Optional.ofNullable(System.getenv("KUBECTL")).orElse("kubectl"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** An answer that came through the API server. */
  record Answer(int status, String body) {}

  /**
   * Sends a request to a pod or Service through the API server's proxy, which reaches them wherever
   * the tests run.
   *
   * @param target such as {@code pods/http:frontend-0:8080}
   */
  static Answer get(
      String namespace, String target, String pathAndQuery, Map<String, String> headers) {
    HttpRequest.Builder request =
        CLIENT
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(
                CLIENT.getMasterUrl().toString().replaceFirst("/$", "")
                    + "/api/v1/namespaces/%s/%s/proxy%s"
                        .formatted(namespace, target, pathAndQuery));
    headers.forEach(request::header);
    try {
      HttpResponse<String> response =
          CLIENT.getHttpClient().sendAsync(request.build(), String.class).get(15, TimeUnit.SECONDS);
      return new Answer(response.code(), response.body());
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("no answer from " + target + pathAndQuery, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + text, e);
    }
  }
}
