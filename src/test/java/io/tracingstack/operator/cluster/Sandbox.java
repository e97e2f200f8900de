package io.tracingstack.operator.cluster;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.tracingstack.operator.api.v1alpha1.Labels;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The namespaces of one test class. */
final class Sandbox {
  /** On every namespace that a test makes. */
  static final String LABEL = "tracingstack.io/e2e";

  private final String prefix;
  private final Set<String> namespaces = new LinkedHashSet<>();

  Sandbox(Class<?> test) {
    prefix =
        "e2e-"
            + test.getSimpleName()
                .replaceFirst("Test$", "")
                .replaceAll("(?<=.)(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
  }

  /** A fresh namespace with these labels. */
  String namespace(String suffix, Map<String, String> labels) {
    String name = suffix.isEmpty() ? prefix : prefix + "-" + suffix;
    namespaces.add(name);
    delete(name);
    Namespace namespace =
        new NamespaceBuilder()
            .withNewMetadata()
            .withName(name)
            .addToLabels(LABEL, "true")
            .addToLabels(labels)
            .endMetadata()
            .build();
    Cluster.CLIENT.resource(namespace).create();
    return name;
  }

  /** A fresh namespace that consents to a stack. */
  String servedBy(SharedStack stack) {
    return namespace("", consent(stack));
  }

  /** The label by which a namespace consents. */
  static Map<String, String> consent(SharedStack stack) {
    return Map.of(Labels.STACK, stack.ref());
  }

  /** Shows everything that helps to understand a failure. */
  void print(String test) {
    System.out.printf("e2e: ===== state after the failure of %s.%s%n", prefix, test);
    namespaces.forEach(Sandbox::printNamespace);
    show("-n", SharedStack.NAMESPACE, "get", "tracingstacks,pods", "-o", "wide");
    show("-n", Operator.NAMESPACE, "get", "pods", "-o", "wide");
    show("-n", Operator.NAMESPACE, "logs", "deployment/" + Operator.NAME, "--tail=60");
    System.out.println("e2e: =====");
  }

  static void printNamespace(String namespace) {
    show("-n", namespace, "get", "tracingstacks,tracedworkloads", "-o", "yaml");
    show("-n", namespace, "get", "deployments,statefulsets,pods,services", "-o", "wide");
    show("-n", namespace, "get", "events", "--sort-by=.metadata.creationTimestamp");
    show("-n", namespace, "logs", "-l", "app.kubernetes.io/component=collector", "--tail=20");
  }

  private static void show(String... arguments) {
    String output;
    try {
      output = Cluster.kubectl(arguments);
    } catch (IllegalStateException e) {
      output = e.getMessage();
    }
    System.out.printf("--- kubectl %s%n%s%n", String.join(" ", arguments), output);
  }

  /** Deletes the namespaces; whether they go is seen at the end of the run. */
  void close() {
    namespaces.forEach(n -> Cluster.CLIENT.namespaces().withName(n).delete());
  }

  /** At the end of the run: no namespace may be held by what the operator left in it. */
  static void awaitNoneDeleting() {
    Cluster.await("all deleted namespaces are gone")
        .until(
            () ->
                Cluster.CLIENT.namespaces().withLabel(LABEL).list().getItems().stream()
                    .allMatch(n -> n.getMetadata().getDeletionTimestamp() == null));
  }

  static void delete(String namespace) {
    Cluster.CLIENT.namespaces().withName(namespace).delete();
    Cluster.await("namespace " + namespace + " is gone")
        .until(() -> Cluster.CLIENT.namespaces().withName(namespace).get() == null);
  }
}
