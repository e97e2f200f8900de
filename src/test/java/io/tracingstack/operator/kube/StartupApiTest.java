package io.tracingstack.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.FaultProxy;
import io.tracingstack.operator.testing.OperatorTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What keeps the operator from starting is told in one line, soon. */
@QuarkusTest
class StartupApiTest extends OperatorTest {
  private static final Path PACKAGED = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final String NO_CRD =
      "the cluster has no CustomResourceDefinition tracingstacks.tracingstack.io";

  private FaultProxy line;

  @BeforeAll
  void connect() {
    line = cluster.newProxy(0);
  }

  @AfterAll
  void disconnect() {
    line.close();
  }

  @Test
  void nothingIsInTheWay() {
    assertThat(obstacle(line.url(), cluster.token())).isEmpty();
  }

  @Test
  void theDefinitionsAreMissing() {
    line.breaking(
        e ->
            Optional.<Fault>of(new Fault.Refusal(404, "NotFound"))
                .filter(f -> e.path().contains("/customresourcedefinitions/")));
    assertThat(obstacle(line.url(), cluster.token()))
        .hasValueSatisfying(o -> assertThat(o).contains(NO_CRD, "apply config/crd"));
    line.heal();
  }

  @Test
  void theServiceAccountHasNoRights() {
    assertThat(obstacle(line.url(), token("nobody")))
        .hasValueSatisfying(o -> assertThat(o).contains("not allowed to", "config/rbac"));
  }

  @Test
  void aRightIsMissing() {
    String token = token("reader");
    cluster
        .kubectl()
        .run(
            "create",
            "clusterrole",
            "test-reader",
            "--verb=get",
            "--resource=customresourcedefinitions");
    cluster
        .kubectl()
        .run(
            "create",
            "clusterrolebinding",
            "test-reader",
            "--clusterrole=test-reader",
            "--serviceaccount=default:reader");
    assertThat(obstacle(line.url(), token))
        .hasValueSatisfying(
            o -> assertThat(o).contains("not allowed to watch tracingstacks.tracingstack.io"));
  }

  @Test
  void theCredentialsAreNotAccepted() {
    assertThat(obstacle(line.url(), "not-a-token"))
        .hasValueSatisfying(o -> assertThat(o).contains("does not accept the credentials (401)"));
  }

  @Test
  void nobodyAnswers() throws IOException {
    String url = "http://127.0.0.1:" + closedPort();
    Instant start = Instant.now();
    assertThat(obstacle(url, "token"))
        .hasValueSatisfying(
            o -> assertThat(o).contains("the API server at " + url, "cannot be reached"));
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void thePackagedOperatorSaysOneLineAndFails() throws Exception {
    assertThat(PACKAGED).as("packaged by make build, which make test runs first").exists();
    String closed = "http://127.0.0.1:" + closedPort();
    assertOneLine(closed, "token", "the API server at " + closed);
    assertOneLine(line.url(), "not-a-token", "401");
    assertOneLine(line.url(), token("nobody"), "not allowed to");
  }

  private static void assertOneLine(String url, String token, String text) throws Exception {
    Path out = Files.createTempFile("operator", ".out");
    Path err = Files.createTempFile("operator", ".err");
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-jar",
            PACKAGED.toString());
    java.environment()
        .putAll(
            Map.of(
                "QUARKUS_KUBERNETES_CLIENT_API_SERVER_URL", url,
                "QUARKUS_KUBERNETES_CLIENT_TOKEN", token,
                "QUARKUS_HTTP_PORT", "0"));
    java.environment().keySet().removeIf(k -> k.startsWith("JAVA_TOOL") || k.equals("KUBECONFIG"));
    Process process = java.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends by itself").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(err);
    assertThat(lines).as(Files.readString(out)).hasSize(1);
    assertThat(lines.get(0)).startsWith("tracingstack-operator: ").contains(text);
    assertThat(process.exitValue()).isNotZero();
    assertThat(Files.readString(out)).doesNotContain("\tat ");
  }

  private static Optional<String> obstacle(String url, String token) {
    Config config =
        new ConfigBuilder(Config.empty()).withMasterUrl(url).withOauthToken(token).build();
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      return new Startup(client).obstacle();
    }
  }

  private String token(String account) {
    cluster.kubectl().attempt("", "-n", "default", "create", "serviceaccount", account);
    return cluster.kubectl().run("-n", "default", "create", "token", account).trim();
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
