package io.tracingstack.operator.testing;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.stack.Hash;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Does what kube-controller-manager and a kubelet would do, when told to. */
@ApplicationScoped
public class SimulatedControllers {
  private static final String REPORT =
      """
      {"version":"%s","sha256":"%s","expected":"%s","verified":%b,"installed":"%s",\
      "reason":"%s","message":"%s"}""";

  private final Cluster cluster;

  SimulatedControllers(Cluster cluster) {
    this.cluster = cluster;
  }

  /** How the pods of a rollout fare. */
  public record Pods(String report, String waiting, String lastTermination, Duration readyFor) {

    /** They run, and their agent is the expected one. */
    public static Pods healthy(String sha256) {
      return new Pods(
          REPORT.formatted("2.33.1", sha256, sha256, true, "agent", "Verified", "installed"),
          "",
          "",
          Duration.ZERO);
    }

    /** They run, and their init container reports a failure. */
    public static Pods unverified(String installed, String sha256, String reason) {
      return new Pods(
          REPORT.formatted("2.33.1", sha256, "f00d", false, installed, reason, "not the agent"),
          "",
          "",
          Duration.ZERO);
    }

    /**
     * The init container has ended, and the application's does not run.
     *
     * @param waiting the reason, and the kubelet's words after a colon, if it says more
     */
    public static Pods failing(String sha256, String waiting, String lastTermination) {
      return new Pods(healthy(sha256).report(), waiting, lastTermination, Duration.ZERO);
    }

    /** The same pods with another report. */
    public Pods reporting(String text) {
      return new Pods(text, waiting, lastTermination, readyFor);
    }

    /** The same pods, ready for this long already. */
    public Pods readyFor(Duration time) {
      return new Pods(report, waiting, lastTermination, time);
    }

    boolean ready() {
      return waiting.isEmpty();
    }
  }

  /** Rolls a Deployment out: new pods of its present template, no others, and its status. */
  public void rollOut(String namespace, String name, Pods pods) {
    Deployment deployment =
        cluster.admin().apps().deployments().inNamespace(namespace).withName(name).get();
    PodTemplateSpec template = deployment.getSpec().getTemplate();
    String hash = Hash.of(Serialization.asJson(template)).substring(0, 10);
    replacePods(
        deployment,
        replicaSet(deployment, hash),
        deployment.getSpec().getSelector(),
        template,
        "pod-template-hash",
        hash,
        pods);
    int replicas = deployment.getSpec().getReplicas();
    int available = pods.ready() ? replicas : 0;
    cluster
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(name)
        .editStatus(
            d -> {
              d.setStatus(
                  new io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder()
                      .withObservedGeneration(d.getMetadata().getGeneration())
                      .withReplicas(replicas)
                      .withUpdatedReplicas(replicas)
                      .withReadyReplicas(available)
                      .withAvailableReplicas(available)
                      .build());
              return d;
            });
  }

  /** Lets a Deployment's controller see a change, and begin to replace pods that still serve. */
  public void beginRollOut(String namespace, String name) {
    cluster
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(name)
        .editStatus(
            d -> {
              d.getStatus().setObservedGeneration(d.getMetadata().getGeneration());
              d.getStatus().setReplicas(d.getSpec().getReplicas() + 1);
              d.getStatus().setUpdatedReplicas(1);
              return d;
            });
  }

  /** Rolls a StatefulSet out. */
  public void rollOutSet(String namespace, String name, Pods pods) {
    StatefulSet set =
        cluster.admin().apps().statefulSets().inNamespace(namespace).withName(name).get();
    PodTemplateSpec template = set.getSpec().getTemplate();
    String hash = name + "-" + Hash.of(Serialization.asJson(template)).substring(0, 10);
    replacePods(
        set, set, set.getSpec().getSelector(), template, "controller-revision-hash", hash, pods);
    int replicas = set.getSpec().getReplicas();
    cluster
        .admin()
        .apps()
        .statefulSets()
        .inNamespace(namespace)
        .withName(name)
        .editStatus(
            s -> {
              s.setStatus(
                  new io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder()
                      .withObservedGeneration(s.getMetadata().getGeneration())
                      .withReplicas(replicas)
                      .withReadyReplicas(pods.ready() ? replicas : 0)
                      .withCurrentRevision(hash)
                      .withUpdateRevision(hash)
                      .build());
              return s;
            });
  }

  /** Lets a StatefulSet's controller see a change, and wait for the pods that are there. */
  public void stall(String namespace, String name) {
    cluster
        .admin()
        .apps()
        .statefulSets()
        .inNamespace(namespace)
        .withName(name)
        .editStatus(
            s -> {
              String hash = Hash.of(Serialization.asJson(s.getSpec().getTemplate()));
              s.getStatus().setObservedGeneration(s.getMetadata().getGeneration());
              s.getStatus().setUpdateRevision(name + "-" + hash.substring(0, 10));
              return s;
            });
  }

  /** Lets nobody create the pods of a StatefulSet or DaemonSet, of which the former are gone. */
  public void refuse(HasMetadata set, String message) {
    String namespace = set.getMetadata().getNamespace();
    cluster
        .admin()
        .pods()
        .inNamespace(namespace)
        .withLabel("app", set.getMetadata().getName())
        .withGracePeriod(0)
        .delete();
    cluster
        .admin()
        .resource(set)
        .editStatus(
            s -> {
              Long generation = s.getMetadata().getGeneration();
              if (s instanceof StatefulSet stateful) {
                stateful.getStatus().setObservedGeneration(generation);
                stateful.getStatus().setReplicas(0);
                stateful.getStatus().setReadyReplicas(0);
              } else if (s instanceof DaemonSet daemon) {
                daemon.getStatus().setObservedGeneration(generation);
                daemon.getStatus().setCurrentNumberScheduled(0);
                daemon.getStatus().setUpdatedNumberScheduled(0);
                daemon.getStatus().setNumberReady(0);
                daemon.getStatus().setNumberAvailable(0);
              }
              return s;
            });
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    cluster
        .admin()
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withGenerateName(set.getMetadata().getName() + ".")
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion("apps/v1")
                .withKind(set.getKind())
                .withNamespace(namespace)
                .withName(set.getMetadata().getName())
                .withUid(set.getMetadata().getUid())
                .endInvolvedObject()
                .withType("Warning")
                .withReason("FailedCreate")
                .withMessage(message)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build())
        .create();
  }

  /** Rolls a DaemonSet out, on one node. */
  public void rollOutDaemonSet(String namespace, String name, Pods pods) {
    DaemonSet set = cluster.admin().apps().daemonSets().inNamespace(namespace).withName(name).get();
    PodTemplateSpec template = set.getSpec().getTemplate();
    String hash = Hash.of(Serialization.asJson(template)).substring(0, 10);
    replacePods(
        set, set, set.getSpec().getSelector(), template, "controller-revision-hash", hash, pods);
    int available = pods.ready() ? 1 : 0;
    cluster
        .admin()
        .apps()
        .daemonSets()
        .inNamespace(namespace)
        .withName(name)
        .editStatus(
            s -> {
              s.setStatus(
                  new io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder()
                      .withObservedGeneration(s.getMetadata().getGeneration())
                      .withDesiredNumberScheduled(1)
                      .withCurrentNumberScheduled(1)
                      .withNumberMisscheduled(0)
                      .withUpdatedNumberScheduled(1)
                      .withNumberReady(available)
                      .withNumberAvailable(available)
                      .build());
              return s;
            });
  }

  /** Runs a pod that no controller made. */
  public void run(Pod pod, Pods how) {
    pod.setStatus(status(new PodTemplateSpec(pod.getMetadata(), pod.getSpec()), how));
    cluster.admin().resource(pod).updateStatus();
  }

  /** Keeps the template as a revision, so that {@code kubectl rollout undo} has somewhere to go. */
  private ReplicaSet replicaSet(Deployment deployment, String hash) {
    String namespace = deployment.getMetadata().getNamespace();
    String name = deployment.getMetadata().getName() + "-" + hash;
    var sets = cluster.admin().apps().replicaSets().inNamespace(namespace);
    ReplicaSet present = sets.withName(name).get();
    if (present != null) {
      return present;
    }
    int revision =
        sets.withLabel("app", deployment.getMetadata().getName()).list().getItems().size() + 1;
    PodTemplateSpec template = deployment.getSpec().getTemplate();
    return cluster
        .admin()
        .resource(
            new ReplicaSetBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToLabels(template.getMetadata().getLabels())
                .addToLabels("pod-template-hash", hash)
                .addToAnnotations("deployment.kubernetes.io/revision", Integer.toString(revision))
                .withOwnerReferences(controller(deployment))
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelector()
                .addToMatchLabels(deployment.getSpec().getSelector().getMatchLabels())
                .addToMatchLabels("pod-template-hash", hash)
                .endSelector()
                .withTemplate(template)
                .editTemplate()
                .editMetadata()
                .addToLabels("pod-template-hash", hash)
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build())
        .create();
  }

  private static OwnerReference controller(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion("apps/v1")
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .build();
  }

  private void replacePods(
      HasMetadata workload,
      HasMetadata owner,
      LabelSelector selector,
      PodTemplateSpec template,
      String hashLabel,
      String hash,
      Pods pods) {
    String namespace = workload.getMetadata().getNamespace();
    List<Pod> former =
        cluster.admin().pods().inNamespace(namespace).withLabelSelector(selector).list().getItems();
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(
                workload.getMetadata().getName()
                    + "-"
                    + UUID.randomUUID().toString().substring(0, 8))
            .withNamespace(namespace)
            .withLabels(template.getMetadata().getLabels())
            .addToLabels(hashLabel, hash)
            .withAnnotations(template.getMetadata().getAnnotations())
            .withOwnerReferences(controller(owner))
            .endMetadata()
            .withSpec(template.getSpec())
            .build();
    // All pods share one application, which so learns whose spans it is to make.
    pod.getSpec().getContainers().stream()
        .flatMap(
            c ->
                Stream.of(
                    Optional.ofNullable(c.getReadinessProbe()),
                    Optional.ofNullable(c.getStartupProbe())))
        .flatMap(Optional::stream)
        .filter(probe -> probe.getHttpGet() != null)
        .forEach(
            probe ->
                probe
                    .getHttpGet()
                    .setHttpHeaders(
                        List.of(new HTTPHeader(FakeApplication.POD, pod.getMetadata().getName()))));
    // The operator finds pods by their labels. One that it found before its status was there would
    // be
    // one that does not start, for a clock that was put forward.
    Map<String, String> labels = pod.getMetadata().getLabels();
    pod.getMetadata().setLabels(null);
    Pod created = cluster.admin().resource(pod).create();
    created.setStatus(status(template, pods));
    Pod running = cluster.admin().resource(created).updateStatus();
    running.getMetadata().setLabels(labels);
    cluster.admin().resource(running).update();
    former.forEach(p -> cluster.admin().resource(p).withGracePeriod(0).delete());
  }

  static io.fabric8.kubernetes.api.model.PodStatus status(PodTemplateSpec template, Pods pods) {
    String since = Instant.now().minus(pods.readyFor()).truncatedTo(ChronoUnit.SECONDS).toString();
    var status =
        new io.fabric8.kubernetes.api.model.PodStatusBuilder()
            .withPhase("Running")
            .withStartTime(since)
            .withPodIP("127.0.0.1")
            .addNewPodIP("127.0.0.1")
            .addNewCondition()
            .withType("Ready")
            .withStatus(pods.ready() ? "True" : "False")
            .withLastTransitionTime(since)
            .endCondition();
    template
        .getSpec()
        .getInitContainers()
        .forEach(
            c ->
                status
                    .addNewInitContainerStatus()
                    .withName(c.getName())
                    .withImage(c.getImage())
                    .withImageID("")
                    .withReady(true)
                    .withRestartCount(0)
                    .withNewState()
                    .withNewTerminated()
                    .withExitCode(0)
                    .withMessage(pods.report())
                    .endTerminated()
                    .endState()
                    .endInitContainerStatus());
    template
        .getSpec()
        .getContainers()
        .forEach(
            c -> {
              var container =
                  status
                      .addNewContainerStatus()
                      .withName(c.getName())
                      .withImage(c.getImage())
                      .withImageID("")
                      .withReady(pods.ready())
                      .withRestartCount(pods.ready() ? 0 : 3);
              if (!pods.lastTermination().isEmpty()) {
                container
                    .withNewLastState()
                    .withNewTerminated()
                    .withExitCode(137)
                    .withReason(pods.lastTermination())
                    .endTerminated()
                    .endLastState();
              }
              if (pods.ready()) {
                container
                    .withNewState()
                    .withNewRunning()
                    .withStartedAt(since)
                    .endRunning()
                    .endState();
              } else {
                container
                    .withNewState()
                    .withNewWaiting()
                    .withReason(pods.waiting().replaceFirst(": .*", ""))
                    .withMessage(pods.waiting().replaceFirst("^[A-Za-z]*(: )?", ""))
                    .endWaiting()
                    .endState();
              }
              container.endContainerStatus();
            });
    return status.build();
  }
}
