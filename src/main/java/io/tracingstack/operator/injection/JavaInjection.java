package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.Hash;
import io.tracingstack.operator.stack.InstrumentationPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Decides what a Java workload gets: an init container that brings the agent, and environment. */
public final class JavaInjection {
  /** Path of the agent in the application's container. */
  public static final String AGENT_PATH = Preflight.MOUNT_PATH + "/opentelemetry-javaagent.jar";

  // The agent's jar is 26 MB; a full disk must be ours, not the application's.
  private static final Quantity VOLUME_SIZE = new Quantity("128Mi");

  private JavaInjection() {}

  /** A plan, or why the workload is left alone: exactly one of the two is present. */
  public record Decision(Optional<InjectionPlan> plan, Optional<Refusal> refusal) {
    static Decision refuse(Refusal refusal) {
      return new Decision(Optional.empty(), Optional.of(refusal));
    }
  }

  /**
   * Decides for the workload as it would be without us, whether or not it is injected now.
   *
   * @param journey identity of this journey from label to proof; part of the revision, so that
   *     spans of an earlier injection of the same content prove nothing
   * @param envFrom what is known of the variables its containers take from elsewhere
   */
  public static Decision decide(
      String journey,
      WorkloadView workload,
      InstrumentationPlan instrumentation,
      EnvFromNames envFrom) {
    PodTemplateSpec base = Footprint.strip(workload.template());
    Containers.Choice choice = Containers.choose(workload, base);
    if (choice.refusal().isPresent()) {
      return Decision.refuse(choice.refusal().get());
    }
    List<Container> targets =
        base.getSpec().getContainers().stream()
            .filter(c -> choice.names().contains(c.getName()))
            .toList();
    Optional<Refusal> forbidden =
        Preflight.check(workload, base, targets, envFrom, instrumentation);
    if (forbidden.isPresent()) {
      return Decision.refuse(forbidden.get());
    }
    Function<String, PodTemplateSpec> content =
        revision -> fragment(workload, base, targets, instrumentation, envFrom, revision);
    // The revision is part of the content it names, so it is computed with its place left empty.
    String revision = Hash.of(journey + Serialization.asJson(content.apply("")));
    return new Decision(
        Optional.of(
            new InjectionPlan(
                revision,
                choice.names(),
                content.apply(revision),
                summary(workload, targets, envFrom))),
        Optional.empty());
  }

  private static PodTemplateSpec fragment(
      WorkloadView workload,
      PodTemplateSpec base,
      List<Container> targets,
      InstrumentationPlan instrumentation,
      EnvFromNames envFrom,
      String revision) {
    Map<String, List<EnvVar>> env = new LinkedHashMap<>();
    Map<String, List<EnvVar>> takenOver = new LinkedHashMap<>();
    for (Container target : targets) {
      OptionVariable.Choice choice = OptionVariable.choose(target, envFrom, workload.mayTakeOver());
      env.put(
          target.getName(),
          new JavaEnvironment(workload, base, target, instrumentation, envFrom, revision)
              .variables(choice));
      choice.takenOver().ifPresent(v -> takenOver.put(target.getName(), List.of(v)));
    }
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToAnnotations(Labels.INJECTED, Footprint.of(revision, env, takenOver).toAnnotation())
        .addToLabels(Labels.REVISION, revision)
        .endMetadata()
        .withNewSpec()
        .withInitContainers(initContainer(instrumentation))
        .withContainers(
            targets.stream().map(c -> application(c.getName(), env.get(c.getName()))).toList())
        .addNewVolume()
        .withName(Footprint.NAME)
        .withEmptyDir(new EmptyDirVolumeSource(null, VOLUME_SIZE))
        .endVolume()
        .endSpec()
        .build();
  }

  private static Container application(String name, List<EnvVar> env) {
    return new ContainerBuilder().withName(name).withEnv(env).withVolumeMounts(mount(true)).build();
  }

  /** Runs under any user id, as the namespace assigns it; needs nothing but its volume. */
  private static Container initContainer(InstrumentationPlan instrumentation) {
    return new ContainerBuilder()
        .withName(Footprint.NAME)
        .withImage(instrumentation.agentImage())
        .addNewEnv()
        .withName("TRACINGSTACK_TARGET")
        .withValue(Preflight.MOUNT_PATH)
        .endEnv()
        .addAllToEnv(
            instrumentation.agentSha256().stream()
                .map(sha -> new EnvVar("TRACINGSTACK_AGENT_SHA256", sha, null))
                .toList())
        .withResources(instrumentation.initResources())
        .withTerminationMessagePolicy("File")
        .withVolumeMounts(mount(false))
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withRunAsNonRoot(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .build();
  }

  private static VolumeMount mount(boolean readOnly) {
    VolumeMountBuilder builder =
        new VolumeMountBuilder().withName(Footprint.NAME).withMountPath(Preflight.MOUNT_PATH);
    return readOnly ? builder.withReadOnly(true).build() : builder.build();
  }

  private static String summary(
      WorkloadView workload, List<Container> targets, EnvFromNames envFrom) {
    return targets.stream()
        .map(
            c ->
                c.getName()
                    + " through "
                    + OptionVariable.choose(c, envFrom, workload.mayTakeOver())
                        .variable()
                        .map(OptionVariable::name)
                        .orElse("an option of its own"))
        .reduce((a, b) -> a + ", " + b)
        .orElse("");
  }
}
