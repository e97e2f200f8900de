package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The real ogx-k8s-operator goes on writing the Deployment we write: both keep what is theirs.
 * {@code OGX_OPERATOR} names the directory that {@code testbed/binaries ogx-operator} prints; that
 * takes minutes to build, so without it this is left out. It runs as a process beside the test.
 */
@ClusterTest
@EnabledIfEnvironmentVariable(named = "OGX_OPERATOR", matches = ".+")
class OgxOperatorTest {
  private static final String DEFINITION = "target/llamastack/ogx.io_ogxservers.yaml";

  private static final String SERVER =
      """
      apiVersion: ogx.io/v1beta1
      kind: OGXServer
      metadata: {name: assistant, namespace: %s}
      spec:
        distribution: {image: "%s"}
        overrideConfig: {name: own-config, key: config.yaml}
        monitoring: {enabled: false}
        workload:
          # A whole processor otherwise, and a rollout needs two.
          resources: {requests: {cpu: 50m, memory: 128Mi}}
          overrides:
            env: [{name: HOME, value: /data}]
            volumes: [{name: data, emptyDir: {}}]
            volumeMounts: [{name: data, mountPath: /data}]
      """;

  private final Sandbox sandbox;
  private final SharedStack stack;
  private String namespace;
  private Process operator;

  OgxOperatorTest(Sandbox sandbox, SharedStack stack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  @BeforeAll
  void start() throws IOException, InterruptedException {
    namespace = sandbox.servedBy(stack);
    LlamaStackServer.define(DEFINITION);
    Path directory = Path.of(System.getenv("OGX_OPERATOR"));
    Path temporary = Files.createTempDirectory("ogx-operator");
    Path certificates = temporary.resolve("k8s-webhook-server/serving-certs");
    Files.createDirectories(certificates);
    // Its admission webhook is not registered, but it does not start without a certificate.
    new ProcessBuilder(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "tls.key",
            "-out",
            "tls.crt")
        .directory(certificates.toFile())
        .redirectErrorStream(true)
        .redirectOutput(temporary.resolve("openssl.log").toFile())
        .start()
        .waitFor();
    ProcessBuilder manager =
        new ProcessBuilder(
                directory.resolve("manager").toString(),
                "--metrics-bind-address=0",
                "--health-probe-bind-address=0")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target/ogx-operator.log").toFile());
    manager
        .environment()
        .putAll(Map.of("OPERATOR_NAMESPACE", namespace, "TMPDIR", temporary.toString()));
    operator = manager.start();
  }

  @AfterAll
  void stop() throws InterruptedException {
    if (namespace != null) {
      Cluster.kubectl("-n", namespace, "delete", "ogxservers", "--all", "--timeout=60s");
    }
    if (operator != null) {
      operator.destroy();
      operator.waitFor(30, TimeUnit.SECONDS);
    }
    Cluster.kubectl("delete", "--wait=false", "-f", DEFINITION);
  }

  @Test
  void bothKeepWhatIsTheirsHoweverTheOwnerWrites() {
    // Given
    LlamaStackServer.prepare(namespace);
    config("own-config");
    config("other-config");
    Cluster.kubectlWithInput(
        SERVER.formatted(namespace, LlamaStackServer.image(LlamaStackServer.OGX)),
        "apply",
        "-f",
        "-");
    Workload server = new Workload(namespace, "Deployment", "assistant");
    Cluster.await("the operator makes the Deployment").until(() -> server.template() != null);
    awaitAvailable();
    String before = server.template();
    JsonNode specBefore = spec();

    // When
    label(Labels.INJECT + "=" + Labels.INJECT_LLAMA_STACK);

    // Then
    TracedWorkload tw = awaitTraced(server);
    assertThat(Workload.condition(tw, "AgentVerified").getReason()).isEqualTo("PatchNotApplicable");
    assertThat(tw.getStatus().llamaStack().owner()).isEqualTo("OGXServer/assistant");
    String injected = server.template();

    // When: its user adds a variable, and brings another configuration
    patch(
        """
        {"spec":{"overrideConfig":{"name":"other-config","key":"config.yaml"},
        "workload":{"overrides":{"env":[{"name":"HOME","value":"/data"},
        {"name":"ADDED","value":"yes"}]}}}}""");

    // Then
    Cluster.await("the operator writes it").until(() -> server.env("ADDED").isPresent());
    awaitTraced(server);
    assertThat(server.template()).contains("other-config", "tracingstack-repair");

    // When: and takes it back
    patch(
        """
        {"spec":{"overrideConfig":{"name":"own-config","key":"config.yaml"},
        "workload":{"overrides":{"env":[{"name":"HOME","value":"/data"}]}}}}""");

    // Then
    Cluster.await("the operator writes it").until(() -> server.env("ADDED").isEmpty());
    awaitTraced(server);
    assertThat(server.template()).isEqualTo(injected);

    // When: the operator makes the Deployment anew
    String former = server.json().at("/metadata/uid").asText();
    Cluster.kubectl("-n", namespace, "delete", "deployment/assistant");

    // Then
    Cluster.await("there is another Deployment")
        .until(() -> !server.json().at("/metadata/uid").asText().equals(former));
    awaitTraced(server);

    // When
    label(Labels.INJECT + "-");

    // Then
    Cluster.await("nothing of ours is left")
        .untilAsserted(() -> assertThat(server.template()).isEqualTo(before));
    assertThat(server.tracedWorkload()).isEmpty();
    assertThat(spec()).isEqualTo(specBefore);
  }

  /** Its pods have labels of its own choice, so they are not looked for by name. */
  private TracedWorkload awaitTraced(Workload server) {
    awaitAvailable();
    return Cluster.await(server + " is traced as it is now")
        .until(
            () -> server.tracedWorkload().orElseThrow(),
            tw ->
                "Traced".equals(tw.getStatus().state())
                    && server.template().contains(tw.getStatus().revision()));
  }

  private void awaitAvailable() {
    Cluster.kubectl("-n", namespace, "rollout", "status", "deployment/assistant", "--timeout=180s");
  }

  private JsonNode spec() {
    return Cluster.json(
            Cluster.kubectl("-n", namespace, "get", "ogxserver/assistant", "-o", "json"))
        .path("spec");
  }

  private void label(String change) {
    Cluster.kubectl("-n", namespace, "label", "ogxserver/assistant", change);
  }

  private void patch(String change) {
    Cluster.kubectl(
        "-n", namespace, "patch", "ogxserver/assistant", "--type=merge", "--patch", change);
  }

  private void config(String name) {
    Cluster.kubectl(
        "-n",
        namespace,
        "create",
        "configmap",
        name,
        "--from-file=config.yaml=target/llamastack/ogx-1.5.0.json");
    Cluster.kubectl("-n", namespace, "label", "configmap", name, "ogx.io/watch=true");
  }
}
