package io.tracingstack.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.stack.Hash;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A pod template with our fields only, whatever they bring: an init container that fills a volume,
 * and in each chosen container that volume and variables.
 *
 * @param initContainer named as the volume is; it mounts nothing else
 * @param mountPath where the volume is, in all containers
 * @param size of the volume: a full disk must be ours, not the application's
 */
public record InjectedTemplate(Container initContainer, String mountPath, Quantity size) {
  /**
   * What one container gets.
   *
   * @param takenOver the user's own entry that one of ours replaces
   */
  public record Variables(List<EnvVar> env, Optional<EnvVar> takenOver) {}

  /**
   * The plan for these containers.
   *
   * @param journey identity of this journey from label to proof; part of the revision, so that
   *     spans of an earlier injection of the same content prove nothing
   * @param variables what a container gets in a revision
   */
  public InjectionPlan plan(
      String journey,
      List<Container> targets,
      BiFunction<Container, String, Variables> variables,
      String summary) {
    Function<String, PodTemplateSpec> content = revision -> fragment(targets, variables, revision);
    // The revision is part of the content it names, so it is computed with its place left empty.
    String revision = Hash.of(journey + Serialization.asJson(content.apply("")));
    return new InjectionPlan(
        revision,
        targets.stream().map(Container::getName).toList(),
        content.apply(revision),
        summary);
  }

  private PodTemplateSpec fragment(
      List<Container> targets,
      BiFunction<Container, String, Variables> variables,
      String revision) {
    Map<String, List<EnvVar>> env = new LinkedHashMap<>();
    Map<String, List<EnvVar>> takenOver = new LinkedHashMap<>();
    for (Container target : targets) {
      Variables ours = variables.apply(target, revision);
      env.put(target.getName(), ours.env());
      ours.takenOver().ifPresent(v -> takenOver.put(target.getName(), List.of(v)));
    }
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToAnnotations(Labels.INJECTED, Footprint.of(revision, env, takenOver).toAnnotation())
        .addToLabels(Labels.REVISION, revision)
        .endMetadata()
        .withNewSpec()
        .withInitContainers(
            new ContainerBuilder(initContainer).withVolumeMounts(mount(false)).build())
        .withContainers(
            targets.stream().map(c -> application(c.getName(), env.get(c.getName()))).toList())
        .addNewVolume()
        .withName(initContainer.getName())
        .withEmptyDir(new EmptyDirVolumeSource(null, size))
        .endVolume()
        .endSpec()
        .build();
  }

  private Container application(String name, List<EnvVar> env) {
    return new ContainerBuilder().withName(name).withEnv(env).withVolumeMounts(mount(true)).build();
  }

  private VolumeMount mount(boolean readOnly) {
    VolumeMountBuilder builder =
        new VolumeMountBuilder().withName(initContainer.getName()).withMountPath(mountPath);
    return readOnly ? builder.withReadOnly(true).build() : builder.build();
  }

  /**
   * What the restricted Pod Security Standard asks for. The container runs under any user id, as
   * the namespace assigns it, and needs nothing but its volume.
   */
  public static SecurityContext restricted() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withRunAsNonRoot(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .build();
  }
}
