package io.tracingstack.operator.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.backend.TempoMonolithic;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The cluster as its administrator sees it, and the operator's line to it. */
@ApplicationScoped
public class Cluster {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient admin;
  private final Kubectl kubectl;
  private final FaultProxy proxy;
  private final AuditLog auditLog;
  private final Operator operator;
  private final String token;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
  private boolean running;

  Cluster(
      Operator operator,
      @ConfigProperty(name = "harness.work") Path work,
      @ConfigProperty(name = "harness.kubectl") Path kubectl,
      @ConfigProperty(name = "harness.proxy-port") int proxyPort,
      @ConfigProperty(name = "harness.token") String token) {
    this.operator = operator;
    this.token = token;
    Path kubeconfig = work.resolve("kubeconfig");
    Config config;
    try {
      config = Config.fromKubeconfig(Files.readString(kubeconfig));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    config.setRequestRetryBackoffLimit(3);
    this.admin = new KubernetesClientBuilder().withConfig(config).build();
    this.kubectl = new Kubectl(kubectl, kubeconfig, work);
    this.proxy = newProxy(proxyPort);
    this.auditLog = new AuditLog(work.resolve("audit.log"));
  }

  /** A further line to the API server, for clients other than the operator's. */
  public FaultProxy newProxy(int port) {
    return new FaultProxy(port, URI.create(admin.getConfiguration().getMasterUrl()), trusting());
  }

  /** The administrator's client. */
  public KubernetesClient admin() {
    return admin;
  }

  public Kubectl kubectl() {
    return kubectl;
  }

  /** The operator's line to the API server. */
  public FaultProxy proxy() {
    return proxy;
  }

  public AuditLog auditLog() {
    return auditLog;
  }

  /** The token of the operator's ServiceAccount. */
  public String token() {
    return token;
  }

  /** Starts the operator where it does not run. */
  public synchronized void startOperator() {
    if (!running) {
      operator.start();
      running = true;
    }
  }

  /** Stops the operator as a shutdown does. */
  public synchronized void stopOperator() {
    operator.stop();
    running = false;
  }

  /** Makes a namespace that no other test has; labels and annotations may be empty. */
  public String namespace(String prefix, Map<String, String> labels) {
    String name = prefix + "-" + numbers.incrementAndGet();
    createNamespace(name, labels);
    return name;
  }

  /** Makes a namespace of this name. */
  public void createNamespace(String name, Map<String, String> labels) {
    admin
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .build())
        .createOr(r -> r.update());
    namespaces.add(name);
  }

  /** Does what the garbage collector and the tests' users would do: empties the namespaces. */
  void sweep() {
    for (String namespace : namespaces) {
      admin
          .namespaces()
          .withName(namespace)
          .edit(
              n ->
                  new NamespaceBuilder(n)
                      .editMetadata()
                      .removeFromLabels(Labels.INJECT)
                      .endMetadata()
                      .build());
      for (Class<? extends HasMetadata> kind :
          List.of(
              Deployment.class,
              StatefulSet.class,
              DaemonSet.class,
              CronJob.class,
              Job.class,
              ReplicaSet.class,
              Pod.class)) {
        admin.resources(kind).inNamespace(namespace).withGracePeriod(0).delete();
      }
      for (Class<? extends HasMetadata> kind :
          List.of(
              ConfigMap.class, Service.class, PodDisruptionBudget.class, TempoMonolithic.class)) {
        admin.resources(kind).inNamespace(namespace).delete();
      }
    }
    namespaces.clear();
  }

  /** An object as the API server stores it, untouched by a client's model. */
  public JsonNode raw(String path) {
    try {
      return JSON.readTree(admin.raw(path));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @PreDestroy
  void close() {
    if (running) {
      stopOperator();
    }
    proxy.close();
    admin.close();
  }

  /** The server's certificate is its own and as old as the test run. */
  private static SSLSocketFactory trusting() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustAll()}, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket s) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket s) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine e) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine e) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
