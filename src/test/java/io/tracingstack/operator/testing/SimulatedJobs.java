package io.tracingstack.operator.testing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.tracingstack.operator.testing.SimulatedControllers.Pods;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Runs CronJobs when told to, as their controllers and a kubelet would. */
@ApplicationScoped
public class SimulatedJobs {
  private final Cluster cluster;

  SimulatedJobs(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Makes a run by the present template: a Job, and its pod, which nobody has started yet. */
  public Pod schedule(String namespace, String name) {
    CronJob cronJob =
        cluster.admin().batch().v1().cronjobs().inNamespace(namespace).withName(name).get();
    PodTemplateSpec template = cronJob.getSpec().getJobTemplate().getSpec().getTemplate();
    Job job =
        cluster
            .admin()
            .resource(
                new JobBuilder()
                    .withNewMetadata()
                    .withName(name + "-" + UUID.randomUUID().toString().substring(0, 8))
                    .withNamespace(namespace)
                    .withOwnerReferences(controller(cronJob))
                    .endMetadata()
                    .withNewSpec()
                    .withTemplate(template)
                    .endSpec()
                    .build())
            .create();
    return cluster
        .admin()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(job.getMetadata().getName() + "-x")
                .withNamespace(namespace)
                .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
                .withAnnotations(template.getMetadata().getAnnotations())
                .withOwnerReferences(controller(job))
                .endMetadata()
                .withSpec(template.getSpec())
                .build())
        .create();
  }

  /** Lets a pod run. */
  public void run(Pod pod, Pods fare) {
    PodTemplateSpec template = new PodTemplateSpec(null, pod.getSpec());
    status(pod, p -> p.setStatus(SimulatedControllers.status(template, fare)));
  }

  /** Lets a running pod end, in the phase Succeeded or Failed. */
  public void end(Pod pod, String phase, Duration ago) {
    String time = Instant.now().minus(ago).truncatedTo(ChronoUnit.SECONDS).toString();
    status(
        pod,
        p -> {
          p.getStatus().setPhase(phase);
          p.getStatus().getConditions().forEach(c -> c.setStatus("False"));
          p.getStatus()
              .getContainerStatuses()
              .forEach(
                  c -> {
                    c.setReady(false);
                    c.setState(
                        new io.fabric8.kubernetes.api.model.ContainerStateBuilder()
                            .withNewTerminated()
                            .withExitCode(phase.equals("Failed") ? 1 : 0)
                            .withFinishedAt(time)
                            .endTerminated()
                            .build());
                  });
        });
  }

  /** Takes all runs away, as history limits do. */
  public void takeAway(String namespace) {
    cluster.admin().batch().v1().jobs().inNamespace(namespace).delete();
    cluster.admin().pods().inNamespace(namespace).withGracePeriod(0).delete();
  }

  private void status(Pod pod, java.util.function.Consumer<Pod> change) {
    cluster
        .admin()
        .pods()
        .inNamespace(pod.getMetadata().getNamespace())
        .withName(pod.getMetadata().getName())
        .editStatus(
            p -> {
              change.accept(p);
              return p;
            });
  }

  private static OwnerReference controller(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .build();
  }
}
