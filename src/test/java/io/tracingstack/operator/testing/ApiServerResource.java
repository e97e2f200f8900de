package io.tracingstack.operator.testing;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Starts a kube-apiserver with the shipped manifests, and lets the operator be what they make of
 * it: the ServiceAccount, never an administrator. The programs are those of {@code
 * testbed/kube-api-test} when {@code KUBE_API_TEST_DIR} names them, else kube-api-test fetches its
 * own.
 */
public class ApiServerResource implements QuarkusTestResourceLifecycleManager {
  static final String NAMESPACE = "tracingstack-system";
  static final String OPERATOR = "tracingstack-operator";

  /** A stack of this name is cluster-wide by the operator's configuration. */
  public static final String CLUSTER_WIDE_STACK = "platform.everywhere";

  /** A namespace that the operator's configuration protects. */
  public static final String PROTECTED_NAMESPACE = "guarded";

  private KubeAPIServer server;

  @Override
  public Map<String, String> start() {
    try {
      Path work = Files.createTempDirectory("tracingstack-api-test");
      Path auditLog = work.resolve("audit.log");
      server = server(work, auditLog);
      server.start();
      Path kubeconfig = Files.writeString(work.resolve("kubeconfig"), server.getKubeConfigYaml());
      Kubectl kubectl = new Kubectl(binaries().resolve("kubectl"), kubeconfig, work);
      kubectl.run("apply", "--server-side", "-k", "config/default");
      kubectl.run(
          "wait",
          "--for=condition=Established",
          "crd/tracingstacks.tracingstack.io",
          "crd/tracedworkloads.tracingstack.io");
      for (String kind : new String[] {"tracingstacks", "tracedworkloads"}) {
        awaitServed(kubectl, "/apis/tracingstack.io/v1alpha1/" + kind + "?resourceVersion=0");
      }
      String token =
          kubectl.run("-n", NAMESPACE, "create", "token", OPERATOR, "--duration=3h").trim();

      int proxyPort = freePort();
      Map<String, String> config = new HashMap<>();
      config.put("quarkus.http.test-port", "0");
      config.put("quarkus.kubernetes-client.api-server-url", "http://127.0.0.1:" + proxyPort);
      config.put("quarkus.kubernetes-client.token", token);
      config.put("quarkus.kubernetes-client.namespace", NAMESPACE);
      config.put("quarkus.kubernetes-client.request-timeout", "PT3S");
      // The client's own repetitions would hide from the operator what the tests break.
      config.put("quarkus.kubernetes-client.request-retry-backoff-limit", "0");
      config.put("tracingstack.namespace", NAMESPACE);
      config.put("tracingstack.cluster-wide-stacks", CLUSTER_WIDE_STACK);
      config.put("tracingstack.protected-namespaces", PROTECTED_NAMESPACE);
      config.put("harness.proxy-port", Integer.toString(proxyPort));
      config.put("harness.work", work.toString());
      config.put("harness.kubectl", binaries().resolve("kubectl").toString());
      config.put("harness.token", token);
      return config;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Established comes before the watch cache is there, which answers 429 until it is. */
  private static void awaitServed(Kubectl kubectl, String path) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> kubectl.attempt("", "get", "--raw", path).exit() == 0);
  }

  private static KubeAPIServer server(Path work, Path auditLog) throws IOException {
    Path policy =
        Files.writeString(
            work.resolve("audit-policy.yaml"),
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
              - level: Metadata
                users: ["system:serviceaccount:tracingstack-system:tracingstack-operator"]
              - level: None
            """);
    KubeAPIServerConfigBuilder config =
        KubeAPIServerConfigBuilder.anAPIServerConfig()
            .withApiServerFlag("--audit-policy-file", policy.toString())
            .withApiServerFlag("--audit-log-path", auditLog.toString())
            // As on OpenShift: owners may be blocked only by who may update their finalizers.
            .withApiServerFlag("--enable-admission-plugins", "OwnerReferencesPermissionEnforcement")
            .withStartupTimeout(120_000);
    if (System.getenv(KubeAPIServerConfigBuilder.KUBE_API_TEST_DIR) != null) {
      config
          .withTestDir(System.getenv(KubeAPIServerConfigBuilder.KUBE_API_TEST_DIR))
          .withOfflineMode(true);
    }
    return new KubeAPIServer(config.build());
  }

  /** The directory of the newest version, which is the one that kube-api-test takes. */
  private static Path binaries() throws IOException {
    Path root =
        Optional.ofNullable(System.getenv(KubeAPIServerConfigBuilder.KUBE_API_TEST_DIR))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".kubeapitest"));
    try (Stream<Path> versions = Files.list(root.resolve("k8s"))) {
      return versions
          .filter(v -> Files.isExecutable(v.resolve("kubectl")))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void stop() {
    if (server != null) {
      server.stop();
    }
  }
}
