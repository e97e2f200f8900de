package io.tracingstack.operator.testing;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.Resource;
import io.tracingstack.operator.backend.TempoMonolithic;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A stand-in for tempo-operator: its kind, with any content, and the status it would write. */
@ApplicationScoped
public class TempoOperator {
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: tempomonolithics.tempo.grafana.com
      spec:
        group: tempo.grafana.com
        scope: Namespaced
        names:
          kind: TempoMonolithic
          plural: tempomonolithics
          singular: tempomonolithic
        versions:
          - name: v1alpha1
            served: true
            storage: true
            subresources:
              status: {}
            schema:
              openAPIV3Schema:
                type: object
                x-kubernetes-preserve-unknown-fields: true
      """;

  private final Cluster cluster;

  TempoOperator(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Installs the kind, and waits until it is served. */
  public void install() {
    cluster.admin().resource(DEFINITION).serverSideApply();
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(
            () -> {
              String list = "/apis/tempo.grafana.com/v1alpha1/tempomonolithics?resourceVersion=0";
              return cluster.admin().raw(list) != null;
            });
  }

  /** Removes the kind with all its objects. */
  public void uninstall() {
    cluster.admin().resource(DEFINITION).delete();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> cluster.admin().resource(DEFINITION).get() == null);
  }

  /** The object of a stack. */
  public Resource<TempoMonolithic> object(String namespace, String name) {
    return cluster.admin().resources(TempoMonolithic.class).inNamespace(namespace).withName(name);
  }

  /** Waits for the object of a stack, and reports one condition of it as true. */
  public void report(String namespace, String name, String condition, String message) {
    await().atMost(Duration.ofSeconds(30)).until(() -> object(namespace, name).get() != null);
    object(namespace, name)
        .editStatus(
            tempo -> {
              tempo.setAdditionalProperty(
                  "status",
                  Map.of(
                      "tempoVersion",
                      "2.9.0",
                      "conditions",
                      List.of(Map.of("type", condition, "status", "True", "message", message))));
              return tempo;
            });
  }
}
