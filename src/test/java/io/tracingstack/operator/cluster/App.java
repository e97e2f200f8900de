package io.tracingstack.operator.cluster;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A workload of the demo shop, admitted to a namespace of the restricted level. */
final class App {
  static final int PORT = 8080;
  static final String IMAGE = "localhost/tracingstack/shop:1";

  /** The same application under another name. */
  static final String NEXT_IMAGE = "localhost/tracingstack/shop:2";

  /** Label by which an application's pods are found. */
  static final String NAME_LABEL = "app";

  private final String namespace;
  private final String name;
  private final Map<String, String> labels = new TreeMap<>();
  private final List<EnvVar> env = new ArrayList<>();
  private String image = IMAGE;
  private int replicas = 1;
  private Probe readiness = httpProbe("/healthz", "HTTP", null);
  private Long user;
  private String memory = "320Mi";
  private Probe liveness;
  private final Map<String, String> annotations = new TreeMap<>();

  private App(String namespace, String name) {
    this.namespace = namespace;
    this.name = name;
  }

  /** One of the image's roles; a backend serves {@code /healthz} and {@code /inventory}. */
  static App of(String role, String namespace, String name) {
    return new App(namespace, name).env("ROLE", role);
  }

  static App backend(String namespace, String name) {
    return of("backend", namespace, name);
  }

  /** Its readiness request reaches the backend too. */
  static App frontend(String namespace, String name, String backend) {
    return of("frontend", namespace, name)
        .env("BACKEND_URL", "http://" + backend + ":" + PORT)
        .readiness(httpProbe("/ready", "HTTP", null));
  }

  /**
   * Keeps only traces whose caller asks for it: the kubelet's probes leave none, so that the
   * operator's own request is the only possible proof.
   */
  App tracedOnlyWhenAsked() {
    return env("OTEL_TRACES_SAMPLER", "parentbased_always_off");
  }

  App labelled() {
    return label(Labels.INJECT, "java");
  }

  App label(String key, String value) {
    labels.put(key, value);
    return this;
  }

  App env(String key, String value) {
    env.add(new EnvVar(key, value, null));
    return this;
  }

  App image(String image) {
    this.image = image;
    return this;
  }

  App replicas(int replicas) {
    this.replicas = replicas;
    return this;
  }

  App readiness(Probe probe) {
    this.readiness = probe;
    return this;
  }

  App memory(String limit) {
    this.memory = limit;
    return this;
  }

  App liveness(Probe probe) {
    this.liveness = probe;
    return this;
  }

  App annotate(String key, String value) {
    annotations.put(key, value);
    return this;
  }

  App runAsUser(long user) {
    this.user = user;
    return this;
  }

  static Probe httpProbe(String path, String scheme, Map.Entry<String, String> header) {
    ProbeBuilder probe =
        new ProbeBuilder()
            .withPeriodSeconds(2)
            .withTimeoutSeconds(3)
            .withNewHttpGet()
            .withPath(path)
            .withPort(new IntOrString("http"))
            .withScheme(scheme)
            .endHttpGet();
    if (header != null) {
      probe.editHttpGet().addNewHttpHeader(header.getKey(), header.getValue()).endHttpGet();
    }
    return probe.build();
  }

  static Probe tcpProbe() {
    return new ProbeBuilder()
        .withPeriodSeconds(2)
        .withNewTcpSocket()
        .withPort(new IntOrString("http"))
        .endTcpSocket()
        .build();
  }

  Workload deploy() {
    return Workload.create(deployment());
  }

  Deployment deployment() {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withLabels(labels)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withNewSelector()
        .addToMatchLabels(NAME_LABEL, name)
        .endSelector()
        .withTemplate(template())
        .endSpec()
        .build();
  }

  Workload deployStatefulSet() {
    StatefulSet set =
        new StatefulSetBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(name)
            .withLabels(labels)
            .endMetadata()
            .withNewSpec()
            .withServiceName(name)
            .withReplicas(replicas)
            .withNewSelector()
            .addToMatchLabels(NAME_LABEL, name)
            .endSelector()
            .withTemplate(template())
            .endSpec()
            .build();
    return Workload.create(set);
  }

  /** Gives the application an address of its name. */
  App withService() {
    Service service =
        new ServiceBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .addToSelector(NAME_LABEL, name)
            .addNewPort()
            .withName("http")
            .withPort(PORT)
            .withTargetPort(new IntOrString("http"))
            .endPort()
            .endSpec()
            .build();
    Cluster.CLIENT.resource(service).create();
    return this;
  }

  private PodTemplateSpec template() {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToLabels(NAME_LABEL, name)
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(user)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .addNewContainer()
        .withName("app")
        .withImage(image)
        .withImagePullPolicy("IfNotPresent")
        .withEnv(env)
        .addNewPort()
        .withName("http")
        .withContainerPort(PORT)
        .endPort()
        .withReadinessProbe(readiness)
        .withLivenessProbe(liveness)
        .withNewResources()
        .addToRequests("cpu", new Quantity("20m"))
        .addToRequests("memory", new Quantity("128Mi"))
        .addToLimits("memory", new Quantity(memory))
        .endResources()
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .addToDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .endContainer()
        .endSpec()
        .build();
  }
}
