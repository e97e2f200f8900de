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
import io.fabric8.kubernetes.api.model.VolumeBuilder;
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
import java.util.stream.Stream;

/**
 * A pod template with our fields only: variables and an argument in each chosen container, and
 * files where the image does not have what it needs.
 *
 * @param files empty where everything is in the image
 */
public record InjectedTemplate(Optional<Files> files) {
  /**
   * An init container that fills a volume, which all chosen containers mount.
   *
   * @param initContainer named as the volume is; it mounts nothing else
   * @param mountPath where the volume is, in all containers
   * @param size of the volume: a full disk must be ours, not the application's
   */
  public record Files(Container initContainer, String mountPath, Quantity size) {}

  /**
   * What one container gets.
   *
   * @param takenOver the user's own entry that one of the variables replaces
   * @param argument comes after the arguments that it has
   */
  public record Additions(
      List<EnvVar> env, Optional<EnvVar> takenOver, Optional<String> argument) {}

  /**
   * The plan for these containers.
   *
   * @param journey identity of this journey from label to proof; part of the revision, so that
   *     spans of an earlier injection of the same content prove nothing
   * @param additions what a container gets in a revision
   */
  public InjectionPlan plan(
      String journey,
      List<Container> targets,
      BiFunction<Container, String, Additions> additions,
      String summary) {
    Function<String, PodTemplateSpec> content = revision -> fragment(targets, additions, revision);
    // The revision is part of the content it names, so it is computed with its place left empty.
    String revision = Hash.of(journey + Serialization.asJson(content.apply("")));
    return new InjectionPlan(
        revision,
        targets.stream().map(Container::getName).toList(),
        withArguments(content.apply(revision), targets),
        summary);
  }

  /**
   * Arguments are one field with the user's, so all of them are written. They come last and are no
   * part of the revision: what the user changes in theirs is no change of ours.
   */
  private static PodTemplateSpec withArguments(PodTemplateSpec fragment, List<Container> targets) {
    Map<String, String> ours = Footprint.of(fragment).orElseThrow().args();
    for (Container container : fragment.getSpec().getContainers()) {
      if (ours.containsKey(container.getName())) {
        container.setArgs(
            targets.stream()
                .filter(t -> t.getName().equals(container.getName()))
                .flatMap(t -> Stream.concat(t.getArgs().stream(), Stream.of(ours.get(t.getName()))))
                .toList());
      }
    }
    return fragment;
  }

  private PodTemplateSpec fragment(
      List<Container> targets,
      BiFunction<Container, String, Additions> additions,
      String revision) {
    Map<String, List<EnvVar>> env = new LinkedHashMap<>();
    Map<String, List<EnvVar>> takenOver = new LinkedHashMap<>();
    Map<String, String> args = new LinkedHashMap<>();
    for (Container target : targets) {
      Additions ours = additions.apply(target, revision);
      env.put(target.getName(), ours.env());
      ours.takenOver().ifPresent(v -> takenOver.put(target.getName(), List.of(v)));
      ours.argument().ifPresent(argument -> args.put(target.getName(), argument));
    }
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToAnnotations(
            Labels.INJECTED, Footprint.of(revision, env, takenOver, args).toAnnotation())
        .addToLabels(Labels.REVISION, revision)
        .endMetadata()
        .withNewSpec()
        .withInitContainers(
            files.stream()
                .map(
                    f ->
                        new ContainerBuilder(f.initContainer())
                            .withVolumeMounts(mount(f, false))
                            .build())
                .toList())
        .withContainers(
            targets.stream().map(c -> application(c.getName(), env.get(c.getName()))).toList())
        .withVolumes(
            files.stream()
                .map(
                    f ->
                        new VolumeBuilder()
                            .withName(f.initContainer().getName())
                            .withEmptyDir(new EmptyDirVolumeSource(null, f.size()))
                            .build())
                .toList())
        .endSpec()
        .build();
  }

  private Container application(String name, List<EnvVar> env) {
    return new ContainerBuilder()
        .withName(name)
        .withEnv(env)
        .withVolumeMounts(files.stream().map(f -> mount(f, true)).toList())
        .build();
  }

  private static VolumeMount mount(Files files, boolean readOnly) {
    VolumeMountBuilder builder =
        new VolumeMountBuilder()
            .withName(files.initContainer().getName())
            .withMountPath(files.mountPath());
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
