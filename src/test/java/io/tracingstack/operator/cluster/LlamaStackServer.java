package io.tracingstack.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.Labels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A real LlamaStack or OGX server in a pod, admitted to a namespace of the restricted level, with a
 * stand-in for the vLLM that it asks.
 */
final class LlamaStackServer {
  /** Releases there are images of; {@code hack/e2e-images} builds them. */
  static final String V0_3_5 = "llama-stack:0.3.5";

  static final String V0_4_4 = "llama-stack:0.4.4";
  static final String OGX = "ogx:1.5.0";

  static final int PORT = 8321;

  /** Of the ConfigMap with the servers' configurations, the stand-in for vLLM and the load. */
  static final String FILES = "llamastack-files";

  /** Of the model's Deployment and Service. */
  static final String MODEL = "vllm";

  /** Named as what it stands in for. */
  private static final String API_SERVER = "/opt/vllm/entrypoints/openai/api_server.py";

  /** Of the ones that a namespace on OpenShift might have. */
  private static final long ANY_USER = 1_000_650_000L;

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: %1$s, namespace: %2$s}
      spec:
        selector: {matchLabels: {app: %1$s}}
        template:
          metadata: {labels: {app: %1$s}}
          spec:
            automountServiceAccountToken: false
            # A Service called ogx would bring a variable OGX_PORT that is no port.
            enableServiceLinks: false
            terminationGracePeriodSeconds: 3
            securityContext: {runAsNonRoot: true, runAsUser: %5$d, seccompProfile: {type: RuntimeDefault}}
            containers:
              - name: llama-stack
                image: %3$s
                imagePullPolicy: IfNotPresent
                ports: [{name: http, containerPort: %4$d}]
                startupProbe:
                  httpGet: {path: %6$s, port: http}
                  periodSeconds: 1
                  timeoutSeconds: 5
                  failureThreshold: 180
                resources:
                  requests: {cpu: 50m, memory: 128Mi}
                  limits: {memory: 1Gi}
                securityContext:
                  allowPrivilegeEscalation: false
                  readOnlyRootFilesystem: true
                  capabilities: {drop: [ALL]}
                volumeMounts:
                  - {name: data, mountPath: /data}
                  - {name: tmp, mountPath: /tmp}
                  - {name: files, mountPath: /files}
            volumes:
              - {name: data, emptyDir: {}}
              - {name: tmp, emptyDir: {}}
              - {name: files, configMap: {name: %7$s}}
      """;

  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: %1$s, namespace: %2$s}
      spec:
        selector: {app: %1$s}
        ports: [{name: http, port: %3$d, targetPort: http}]
      """;

  private static final String SEND =
      """
      import sys, urllib.error, urllib.request
      headers = {"Content-Type": "application/json", "traceparent": sys.argv[2]}
      try:
          answer = urllib.request.urlopen(urllib.request.Request(sys.argv[1], sys.stdin.buffer.read(), headers))
      except urllib.error.HTTPError as refused:
          answer = refused
      print(answer.status, answer.read().decode()[:300])
      """;

  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();

  private final String namespace;
  private final String name;
  private final String version;
  private final Map<String, String> labels = new TreeMap<>();
  private final List<EnvVar> env = new ArrayList<>();
  private List<String> command = List.of();
  private long user = ANY_USER;
  private boolean readinessProbe;

  private LlamaStackServer(String namespace, String name, String version) {
    this.namespace = namespace;
    this.name = name;
    this.version = version;
    env("HOME", "/data");
    env(OGX.equals(version) ? "OGX_CONFIG" : "LLAMA_STACK_CONFIG", configuration(version));
  }

  static LlamaStackServer of(String namespace, String name, String version) {
    return new LlamaStackServer(namespace, name, version);
  }

  static String image(String version) {
    return "localhost/tracingstack/" + version;
  }

  /** Path of the configuration of such a server, in its container. */
  static String configuration(String version) {
    return "/files/" + file(version);
  }

  private static String file(String version) {
    return version.replace(':', '-') + ".json";
  }

  LlamaStackServer labelled() {
    return label(Labels.INJECT, Labels.INJECT_LLAMA_STACK);
  }

  LlamaStackServer label(String key, String value) {
    labels.put(key, value);
    return this;
  }

  LlamaStackServer env(String variable, String value) {
    env.add(new EnvVar(variable, value, null));
    return this;
  }

  LlamaStackServer workers(int workers) {
    return env("LLS_WORKERS", String.valueOf(workers));
  }

  /** Replaces the image's entrypoint, and with it OpenTelemetry's wrapper. */
  LlamaStackServer startedBy(String... command) {
    this.command = List.of(command);
    return this;
  }

  LlamaStackServer runAsUser(long user) {
    this.user = user;
    return this;
  }

  /** LlamaStack's operators give their servers a startup probe only. */
  LlamaStackServer withReadinessProbe() {
    readinessProbe = true;
    return this;
  }

  Deployment deployment() {
    Deployment deployment =
        Serialization.unmarshal(
            DEPLOYMENT.formatted(name, namespace, image(version), PORT, user, "/v1/health", FILES),
            Deployment.class);
    deployment.getMetadata().setLabels(labels);
    Container server = deployment.getSpec().getTemplate().getSpec().getContainers().get(0);
    server.setEnv(env);
    server.setCommand(command);
    if (readinessProbe) {
      server.setReadinessProbe(App.httpProbe("/v1/health", "HTTP", null));
    }
    return deployment;
  }

  /** With a Service of its name. */
  Workload deploy() {
    Cluster.CLIENT.resource(service(namespace, name, PORT)).create();
    return Workload.create(deployment());
  }

  private static Service service(String namespace, String name, int port) {
    return Serialization.unmarshal(SERVICE.formatted(name, namespace, port), Service.class);
  }

  /** Makes the kinds that a file defines, and waits until they are served. */
  static void define(String file) {
    Cluster.kubectl("apply", "--server-side", "-f", file);
    // At first there are no conditions, at which kubectl fails.
    Cluster.await(file + " is served")
        .until(() -> Cluster.kubectl("wait", "--for=condition=Established", "-f", file) != null);
  }

  /** Gives a namespace what its servers need: files, and a model to ask. */
  static void prepare(String namespace) {
    int port = 8000;
    Deployment vllm =
        Serialization.unmarshal(
            DEPLOYMENT.formatted(MODEL, namespace, image(V0_3_5), port, ANY_USER, "/health", FILES),
            Deployment.class);
    Container container = vllm.getSpec().getTemplate().getSpec().getContainers().get(0);
    container.setCommand(List.of("python3", API_SERVER));
    container.setArgs(List.of("--host", "0.0.0.0"));
    container
        .getVolumeMounts()
        .add(
            new VolumeMountBuilder()
                .withName("files")
                .withMountPath(API_SERVER)
                .withSubPath("vllm_stub.py")
                .build());
    Stream.<HasMetadata>of(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(FILES)
                .endMetadata()
                .withData(files())
                .build(),
            service(namespace, MODEL, port),
            vllm)
        .forEach(object -> Cluster.CLIENT.resource(object).create());
    new Workload(namespace, "Deployment", MODEL).awaitRolledOut();
  }

  private static Map<String, String> files() {
    Map<String, String> files = new TreeMap<>();
    for (String tool : List.of("vllm_stub.py", "load.py", "in_cluster.py")) {
      files.put(tool, read(Path.of("testbed/llamastack", tool)));
    }
    for (String version : List.of(V0_3_5, V0_4_4, OGX)) {
      files.put(file(version), read(Path.of("target/llamastack", file(version))));
    }
    return files;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends one request to a server, from a pod of its namespace, and returns the id of its trace.
   *
   * @param request the path below {@code /v1}, a space, and the body
   */
  static String send(String namespace, String service, String request) {
    String traceId = HexFormat.of().toHexDigits(RANDOM.nextLong(1, Long.MAX_VALUE)).repeat(2);
    String path = request.substring(0, request.indexOf(' '));
    System.out.printf(
        "e2e: %s%s: %s%n",
        service,
        path,
        Cluster.kubectlWithInput(
            request.substring(path.length() + 1),
            "-n",
            namespace,
            "exec",
            "--stdin",
            "deployment/" + MODEL,
            "--",
            "python3",
            "-c",
            SEND,
            "http://%s:%d/v1%s".formatted(service, PORT, path),
            "00-%s-%s-01".formatted(traceId, traceId.substring(16))));
    return traceId;
  }

  /**
   * Sends loads to a server of 0.3, from a pod of its namespace, and judges the traces that the
   * stack's Tempo returns of them.
   *
   * @param service the server's, and its {@code service.name}
   * @param loads as {@code testbed/llamastack/in_cluster.py} names them
   * @return what it prints
   */
  static JsonNode judge(String namespace, String service, SharedStack stack, String... loads) {
    List<String> command =
        new ArrayList<>(List.of("-n", namespace, "exec", "deployment/" + MODEL, "--"));
    command.addAll(List.of("python3", "/files/in_cluster.py"));
    command.addAll(List.of("--api", "http://%s:%d/v1".formatted(service, PORT)));
    command.addAll(List.of("--tempo", stack.tempoQuery(), "--service", service));
    command.addAll(List.of(loads));
    String output = Cluster.kubectl(command.toArray(String[]::new));
    System.out.printf("e2e: %s: %s%n", service, output);
    return Cluster.json(output.substring(output.lastIndexOf('\n') + 1));
  }
}
