package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.tracingstack.operator.api.v1alpha1.WorkloadRef;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The kinds of objects that may ask to be traced; the one home of where each has its pod template.
 */
public enum WorkloadKind {
  DEPLOYMENT(
      Deployment.class,
      Deployment::new,
      d -> d.getSpec().getTemplate(),
      (d, template) -> d.setSpec(new DeploymentSpecBuilder().withTemplate(template).build()),
      "spec",
      "template"),
  STATEFUL_SET(
      StatefulSet.class,
      StatefulSet::new,
      s -> s.getSpec().getTemplate(),
      (s, template) -> s.setSpec(new StatefulSetSpecBuilder().withTemplate(template).build()),
      "spec",
      "template"),
  DAEMON_SET(
      DaemonSet.class,
      DaemonSet::new,
      d -> d.getSpec().getTemplate(),
      (d, template) -> d.setSpec(new DaemonSetSpecBuilder().withTemplate(template).build()),
      "spec",
      "template"),
  /** Its template takes effect with the next run: changing it restarts nothing. */
  CRON_JOB(
      CronJob.class,
      CronJob::new,
      c -> c.getSpec().getJobTemplate().getSpec().getTemplate(),
      (c, template) ->
          c.setSpec(
              new CronJobSpecBuilder()
                  .withNewJobTemplate()
                  .withNewSpec()
                  .withTemplate(template)
                  .endSpec()
                  .endJobTemplate()
                  .build()),
      "spec",
      "jobTemplate",
      "spec",
      "template"),
  /** Without a Deployment nothing replaces its pods when the template changes. */
  REPLICA_SET(ReplicaSet.class, ReplicaSet::new),
  /** Its template cannot be changed. */
  JOB(Job.class, Job::new),
  /** Neither its containers' variables nor its volumes can be changed. */
  POD(Pod.class, Pod::new);

  private final Class<? extends HasMetadata> type;
  private final Supplier<? extends HasMetadata> create;
  private final Function<HasMetadata, PodTemplateSpec> read;
  private final BiConsumer<HasMetadata, PodTemplateSpec> write;
  private final List<String> path;

  <T extends HasMetadata> WorkloadKind(Class<T> type, Supplier<T> create) {
    this(
        type,
        create,
        object -> {
          throw new IllegalArgumentException("no pod template to read in a " + type);
        },
        (object, template) -> {
          throw new IllegalArgumentException("no pod template to write into a " + type);
        });
  }

  <T extends HasMetadata> WorkloadKind(
      Class<T> type,
      Supplier<T> create,
      Function<T, PodTemplateSpec> read,
      BiConsumer<T, PodTemplateSpec> write,
      String... path) {
    this.type = type;
    this.create = create;
    this.read = object -> read.apply(type.cast(object));
    this.write = (object, template) -> write.accept(type.cast(object), template);
    this.path = List.of(path);
  }

  /** The kind of a reference, empty for one that is not known here. */
  public static Optional<WorkloadKind> of(WorkloadRef ref) {
    return Stream.of(values())
        .filter(k -> k.apiVersion().equals(ref.apiVersion()) && k.kind().equals(ref.kind()))
        .findFirst();
  }

  /** The kind of an object, empty for one that is not known here. */
  public static Optional<WorkloadKind> of(HasMetadata object) {
    return Stream.of(values()).filter(k -> k.type.isInstance(object)).findFirst();
  }

  /** The client's type for objects of this kind. */
  public Class<? extends HasMetadata> type() {
    return type;
  }

  /** The group and version that the API server knows it by. */
  public String apiVersion() {
    return HasMetadata.getApiVersion(type);
  }

  /** The name that the API server knows it by. */
  public String kind() {
    return HasMetadata.getKind(type);
  }

  /** Whether it has a pod template that may be changed and that new pods are made from. */
  public boolean isInjectable() {
    return !path.isEmpty();
  }

  /** The keys that lead to the pod template, from the top. */
  public List<String> path() {
    return path;
  }

  /** The pod template's place as a JSON pointer (RFC 6901). */
  String pointer() {
    return "/" + String.join("/", path);
  }

  /** The pod template's place as the API server names fields in its messages. */
  public String field() {
    return "." + String.join(".", path);
  }

  /**
   * The pod template of an object of this kind.
   *
   * @throws IllegalArgumentException when the kind is not injectable
   */
  public PodTemplateSpec template(HasMetadata object) {
    return read.apply(object);
  }

  /** What its pods are found by; empty where they are not its own but its runs'. */
  public Optional<LabelSelector> selector(HasMetadata object) {
    return switch (this) {
      case DEPLOYMENT -> Optional.of(((Deployment) object).getSpec().getSelector());
      case STATEFUL_SET -> Optional.of(((StatefulSet) object).getSpec().getSelector());
      case DAEMON_SET -> Optional.of(((DaemonSet) object).getSpec().getSelector());
      default -> Optional.empty();
    };
  }

  /** An object of this kind with nothing but its metadata. */
  public HasMetadata object(ObjectMeta metadata) {
    HasMetadata object = create.get();
    object.setMetadata(metadata);
    return object;
  }

  /**
   * An object of this kind with nothing but its metadata and a pod template.
   *
   * @throws IllegalArgumentException when the kind is not injectable
   */
  public HasMetadata object(ObjectMeta metadata, PodTemplateSpec template) {
    HasMetadata object = object(metadata);
    write.accept(object, template);
    return object;
  }
}
