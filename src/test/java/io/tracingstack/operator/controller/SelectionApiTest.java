package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracingStack;
import io.tracingstack.operator.testing.ApiServerResource;
import io.tracingstack.operator.testing.Exchange;
import io.tracingstack.operator.testing.Fault;
import io.tracingstack.operator.testing.Manifests;
import io.tracingstack.operator.testing.OperatorTest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which workloads are selected, who serves them, and who may not. */
@QuarkusTest
class SelectionApiTest extends OperatorTest {
  @AfterEach
  void noStacks() {
    deleteStacks();
  }

  @Test
  void theWorkloadsLabelSelectsAndItsRemovalReverts() {
    String namespace = stackNamespace("selection");
    apply(Manifests.deployment(namespace, "shop", 8080));
    String before = template(namespace, "shop");
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitInjected(namespace, "shop");
    assertThat(traced(namespace, "deployment-shop").orElseThrow().getSpec().language())
        .isEqualTo("java");
    label("deployments", namespace, "shop", Labels.INJECT, null);
    assertUntouched(namespace, "shop", before);
  }

  @Test
  void theNamespacesLabelSelectsAllButWhoOptsOutAndWhoIsOwned() {
    String namespace = stackNamespace("selection");
    apply(Manifests.deployment(namespace, "shop", 8080));
    apply(Manifests.statefulSet(namespace, "db", 8080));
    apply(Manifests.deployment(namespace, "opted-out", 8080));
    label("deployments", namespace, "opted-out", Labels.INJECT, "false");
    apply(Manifests.deployment(namespace, "owned", 8080));
    own(namespace, "owned");
    apply(Manifests.deployment(namespace, "owned-and-labelled", 8080));
    own(namespace, "owned-and-labelled");
    label("deployments", namespace, "owned-and-labelled", Labels.INJECT, "java");

    label("namespaces", null, namespace, Labels.INJECT, "java");
    awaitInjected(namespace, "shop");
    awaitInjected(namespace, "owned-and-labelled");
    awaitInjected("statefulsets", namespace, "db");
    // The collector's Deployment is in this namespace too.
    assertThat(names(namespace))
        .containsExactlyInAnyOrder(
            "deployment-shop", "deployment-owned-and-labelled", "statefulset-db");

    label("namespaces", null, namespace, Labels.INJECT, null);
    eventually().until(() -> names(namespace).equals(List.of("deployment-owned-and-labelled")));
    assertThat(template(namespace, "shop")).doesNotContain("tracingstack");
  }

  @Test
  void aWorkloadThatAppearsInALabelledNamespaceIsSelected() {
    String namespace = stackNamespace("selection");
    label("namespaces", null, namespace, Labels.INJECT, "java");
    apply(Manifests.deployment(namespace, "late", 8080));
    awaitInjected(namespace, "late");
    cluster.admin().apps().deployments().inNamespace(namespace).withName("late").delete();
    eventually().until(() -> names(namespace).isEmpty());
  }

  @Test
  void aWorkloadThatLosesItsOwnLabelUnderItsNamespacesGoesOnWithItsJourney() {
    String namespace = stackNamespace("selection");
    label("namespaces", null, namespace, Labels.INJECT, "java");
    apply(Manifests.deployment(namespace, "shop", 8080));
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitInjected(namespace, "shop");
    eventually().until(() -> statusOf(namespace, "shop").revision() != null);
    String uid = traced(namespace, "deployment-shop").orElseThrow().getMetadata().getUid();
    // Of the two watches, the one that it comes to is late.
    cluster
        .proxy()
        .breaking(
            e -> isOfUnlabelled(e, namespace) ? Optional.of(new Fault.Cut()) : Optional.empty());
    assertThat(cluster.proxy().dropWatches(e -> isOfUnlabelled(e, namespace))).isPositive();
    int mark = cluster.proxy().mark();

    label("deployments", namespace, "shop", Labels.INJECT, null);
    passes.provoke(
        "Namespace",
        3,
        () -> label("namespaces", null, namespace, "touch", "at-" + System.nanoTime()));

    cluster.proxy().heal();
    apply(Manifests.deployment(namespace, "other", 8080));
    eventually().until(() -> names(namespace).contains("deployment-other"));
    assertThat(traced(namespace, "deployment-shop").orElseThrow().getMetadata())
        .satisfies(m -> assertThat(m.getUid()).isEqualTo(uid))
        .satisfies(m -> assertThat(m.getDeletionTimestamp()).isNull());
    assertThat(
            cluster.proxy().since(mark, e -> e.isWrite() && e.path().contains("/deployments/shop")))
        .isEmpty();
  }

  @Test
  void aNamespaceThatCannotBeReadAtFirstIsReadLater() {
    String namespace = stackNamespace("selection");
    apply(Manifests.deployment(namespace, "shop", 8080));
    cluster
        .proxy()
        .breaking(
            e ->
                isOfUnlabelled(e, namespace)
                    ? Optional.of(new Fault.Refusal(403, "Forbidden"))
                    : Optional.empty());
    int mark = cluster.proxy().mark();
    label("namespaces", null, namespace, Labels.INJECT, "java");
    eventually()
        .until(
            () ->
                !cluster
                    .proxy()
                    .since(mark, e -> isOfUnlabelled(e, namespace) && e.status() == 403)
                    .isEmpty());
    cluster.proxy().heal();
    awaitInjected(namespace, "shop");
  }

  @Test
  void anUnknownLanguageIsSaid() {
    String namespace = stackNamespace("selection");
    apply(Manifests.deployment(namespace, "shop", 8080));
    label("deployments", namespace, "shop", Labels.INJECT, "cobol");
    awaitState(namespace, "shop", "UnsupportedLanguage");
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitInjected(namespace, "shop");
  }

  @Test
  void withoutAnyStackTheOwnerIsToldByAnEventAndNothingElseHappens() {
    String namespace = cluster.namespace("selection", Map.of());
    apply(Manifests.deployment(namespace, "shop", 8080));
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    eventually().until(() -> reasons(namespace).contains("NoStack"));
    assertThat(names(namespace)).isEmpty();
    assertThat(template(namespace, "shop")).doesNotContain("tracingstack");
    otlpStack(namespace, "tracing");
    awaitInjected(namespace, "shop");
  }

  @Test
  void aStackNeverReachesANamespaceThatDidNotConsentWhateverItsSelectorSays() {
    String home = cluster.namespace("home", Map.of());
    otlpStack(
        home,
        "greedy",
        """
        instrumentation:
          namespaceSelector: {matchLabels: {team: payments}}""");
    String other = cluster.namespace("other", Map.of("team", "payments"));
    apply(Manifests.deployment(other, "shop", 8080));
    String before = template(other, "shop");
    label("deployments", other, "shop", Labels.INJECT, "java");
    awaitState(other, "shop", "NoConsent");
    assertThat(template(other, "shop")).isEqualTo(before);

    label("namespaces", null, other, Labels.STACK, home + ".greedy");
    awaitInjected(other, "shop");
    assertThat(template(other, "shop")).contains("greedy-collector." + home + ".svc");

    label("namespaces", null, other, "team", "hr");
    awaitState(other, "shop", "NamespaceExcluded");
    assertThat(template(other, "shop")).isEqualTo(before);
    label("namespaces", null, other, "team", "payments");
    awaitInjected(other, "shop");

    label("namespaces", null, other, Labels.STACK, null);
    awaitState(other, "shop", "NoConsent");
    assertThat(template(other, "shop")).isEqualTo(before);
    assertThat(managedByUs("deployments", other, "shop")).isFalse();
  }

  @Test
  void aWorkloadMayConsentForItself() {
    String home = stackNamespace("home");
    String other = cluster.namespace("other", Map.of());
    apply(Manifests.deployment(other, "shop", 8080));
    label("deployments", other, "shop", Labels.INJECT, "java");
    awaitState(other, "shop", "NoConsent");
    annotate("deployments", other, "shop", Labels.STACK, home + ".tracing");
    awaitInjected(other, "shop");
    annotate("deployments", other, "shop", Labels.STACK, home + ".absent");
    awaitState(other, "shop", "NoStack");
    eventually().until(() -> !template(other, "shop").contains("tracingstack"));
  }

  @Test
  void twoStacksInANamespaceAreAmbiguousUntilOneIsNamed() {
    String namespace = stackNamespace("selection");
    otlpStack(namespace, "second");
    apply(Manifests.deployment(namespace, "shop", 8080));
    label("deployments", namespace, "shop", Labels.INJECT, "java");
    awaitState(namespace, "shop", "AmbiguousStack");
    annotate("deployments", namespace, "shop", Labels.STACK, namespace + ".second");
    awaitInjected(namespace, "shop");
    assertThat(template(namespace, "shop")).contains("second-collector");
  }

  @Test
  void aClusterWideStackNeedsNoConsentAndAProtectedNamespaceGivesNone() {
    clusterWideStack();
    String other = cluster.namespace("other", Map.of());
    apply(Manifests.deployment(other, "shop", 8080));
    label("deployments", other, "shop", Labels.INJECT, "java");
    awaitInjected(other, "shop");

    String guarded = ApiServerResource.PROTECTED_NAMESPACE;
    cluster.createNamespace(guarded, Map.of(Labels.STACK, "platform.everywhere"));
    apply(Manifests.deployment(guarded, "shop", 8080));
    String before = template(guarded, "shop");
    label("deployments", guarded, "shop", Labels.INJECT, "java");
    awaitState(guarded, "shop", "ProtectedNamespace");
    assertThat(template(guarded, "shop")).isEqualTo(before);
  }

  @Test
  void deletingAStackReturnsEveryWorkloadToWhatItWas() {
    String namespace = stackNamespace("selection");
    String other = cluster.namespace("other", Map.of(Labels.STACK, namespace + ".tracing"));
    Map<String, String> places =
        Map.of("a", namespace, "b", namespace, "c", namespace, "d", other, "e", other);
    places.forEach((name, ns) -> apply(Manifests.deployment(ns, name, 8080)));
    Map<String, String> before = new java.util.HashMap<>();
    places.forEach((name, ns) -> before.put(name, template(ns, name)));
    places.forEach((name, ns) -> label("deployments", ns, name, Labels.INJECT, "java"));
    places.forEach((name, ns) -> awaitInjected(ns, name));

    cluster
        .admin()
        .resources(TracingStack.class)
        .inNamespace(namespace)
        .withName("tracing")
        .delete();
    places.forEach((name, ns) -> assertUntouched(ns, name, before.get(name)));
    eventually()
        .until(
            () ->
                cluster
                        .admin()
                        .resources(TracingStack.class)
                        .inNamespace(namespace)
                        .withName("tracing")
                        .get()
                    == null);
  }

  /** Whether it asks for Deployments that only their namespace's label selects. */
  private static boolean isOfUnlabelled(Exchange exchange, String namespace) {
    return exchange.method().equals("GET")
        && exchange.path().endsWith("/namespaces/" + namespace + "/deployments")
        && exchange.toString().contains("labelSelector=%21tracingstack.io%2Finject");
  }

  private String stackNamespace(String prefix) {
    String namespace = cluster.namespace(prefix, Map.of());
    otlpStack(namespace, "tracing");
    return namespace;
  }

  private void otlpStack(String namespace, String name, String... spec) {
    apply(Manifests.otlpStack(namespace, name, spec));
    collectorUp(namespace, name);
  }

  private void own(String namespace, String deployment) {
    cluster
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(deployment)
        .edit(
            d -> {
              d.getMetadata()
                  .setOwnerReferences(
                      List.of(
                          new OwnerReferenceBuilder()
                              .withApiVersion("example.com/v1")
                              .withKind("Shop")
                              .withName("shop")
                              .withUid("5f9d1b6e-0000-4000-8000-000000000000")
                              .withController(true)
                              .build()));
              return d;
            });
  }

  private void assertUntouched(String namespace, String deployment, String before) {
    eventually().until(() -> traced(namespace, "deployment-" + deployment).isEmpty());
    assertThat(template(namespace, deployment)).isEqualTo(before);
    assertThat(managedByUs("deployments", namespace, deployment)).isFalse();
    assertThat(stored("deployments", namespace, deployment).at("/metadata").has("finalizers"))
        .isFalse();
  }

  private List<String> names(String namespace) {
    return cluster
        .admin()
        .resources(TracedWorkload.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .stream()
        .map(tw -> tw.getMetadata().getName())
        .toList();
  }

  private List<String> reasons(String namespace) {
    return cluster.admin().v1().events().inNamespace(namespace).list().getItems().stream()
        .map(Event::getReason)
        .toList();
  }
}
