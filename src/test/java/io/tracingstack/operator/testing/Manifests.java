package io.tracingstack.operator.testing;

import java.util.Arrays;

/** Manifests as users write them. */
public final class Manifests {
  private Manifests() {}

  /** A web service in Java; more lines of its container may be added. */
  public static String deployment(String namespace, String name, int port, String... container) {
    return workload("Deployment", "\n  replicas: 1", namespace, name, port, container);
  }

  /** The same as a StatefulSet. */
  public static String statefulSet(String namespace, String name, int port, String... container) {
    return workload(
        "StatefulSet", "\n  replicas: 1\n  serviceName: " + name, namespace, name, port, container);
  }

  /** The same as a DaemonSet. */
  public static String daemonSet(String namespace, String name, int port, String... container) {
    return workload("DaemonSet", "", namespace, name, port, container);
  }

  /** A nightly report in Java. */
  public static String cronJob(String namespace, String name) {
    return """
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: %s
          namespace: %s
          labels:
            app: %s
        spec:
          schedule: "0 3 * * *"
          jobTemplate:
            spec:
              backoffLimit: 0
              template:
                metadata:
                  labels:
                    app: %s
                spec:
                  restartPolicy: Never
                  containers:
                    - name: app
                      image: report:1
                      env:
                        - {name: GREETING, value: hello}
                  volumes:
                    - name: data
                      emptyDir: {}
        """
        .formatted(name, namespace, name, name);
  }

  /** A pod that somebody made by hand. */
  public static String pod(String namespace, String name) {
    return """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          namespace: %s
        spec:
          containers:
            - name: app
              image: shop:1
        """
        .formatted(name, namespace);
  }

  /** A Job that somebody made by hand. */
  public static String job(String namespace, String name) {
    return """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: %s
          namespace: %s
        spec:
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: app
                  image: migrate:1
        """
        .formatted(name, namespace);
  }

  /** A ReplicaSet that no Deployment made. */
  public static String replicaSet(String namespace, String name) {
    return deployment(namespace, name, 8080).replace("kind: Deployment", "kind: ReplicaSet");
  }

  private static String workload(
      String kind, String spec, String namespace, String name, int port, String... container) {
    return """
        apiVersion: apps/v1
        kind: %s
        metadata:
          name: %s
          namespace: %s
          labels:
            app: %s
          annotations:
            team: checkout
        spec:%s
          selector:
            matchLabels:
              app: %s
          template:
            metadata:
              labels:
                app: %s
            spec:
              containers:
                - name: app
                  image: shop:1
                  ports:
                    - name: http
                      containerPort: %d
                  readinessProbe:
                    httpGet:
                      path: /ready
                      port: %d
        """
            .formatted(kind, name, namespace, name, spec, name, name, port, port)
        + String.join("", Arrays.stream(container).map(l -> l.indent(10)).toList());
  }

  /** A manifest without its readiness probe. */
  public static String withoutProbe(String manifest) {
    return manifest.replaceFirst("(?s) *readinessProbe:.*?port: \\d+\n", "");
  }

  /**
   * A stack that keeps its traces in Tempo; more lines of its spec may be added. Unless they say
   * otherwise all its workloads may go at once.
   */
  public static String stack(String namespace, String name, String... spec) {
    boolean ordered = Arrays.stream(spec).anyMatch(l -> l.startsWith("rollout:"));
    return """
        apiVersion: tracingstack.io/v1alpha1
        kind: TracingStack
        metadata:
          name: %s
          namespace: %s
        spec:
          backend:
            tempoMonolithic: {}
        """
            .formatted(name, namespace)
        + (ordered ? "" : "  rollout: {canary: 0, maxConcurrent: 100}\n")
        + String.join("", Arrays.stream(spec).map(l -> l.indent(2)).toList());
  }

  /** A stack that sends to somebody else's backend, so it needs no kind but the built-in ones. */
  public static String otlpStack(String namespace, String name, String... spec) {
    return stack(namespace, name, spec)
        .replace("tempoMonolithic: {}", "otlp: {endpoint: \"http://traces.example.com:4317\"}");
  }
}
