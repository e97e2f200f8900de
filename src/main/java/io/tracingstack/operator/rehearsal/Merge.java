package io.tracingstack.operator.rehearsal;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the API server makes of a pod template and our fragment of one: new entries of lists come
 * last, a variable that is there already takes our value, and arguments are one value.
 */
final class Merge {
  private Merge() {}

  /** The two in one; neither argument is changed. */
  static PodTemplateSpec of(PodTemplateSpec base, PodTemplateSpec fragment) {
    PodTemplateSpec merged =
        new PodTemplateSpecBuilder(base)
            .editOrNewMetadata()
            .addToLabels(fragment.getMetadata().getLabels())
            .addToAnnotations(fragment.getMetadata().getAnnotations())
            .endMetadata()
            .editSpec()
            .addAllToInitContainers(fragment.getSpec().getInitContainers())
            .addAllToVolumes(fragment.getSpec().getVolumes())
            .endSpec()
            .build();
    for (Container ours : fragment.getSpec().getContainers()) {
      merged.getSpec().getContainers().stream()
          .filter(c -> c.getName().equals(ours.getName()))
          .forEach(
              c -> {
                c.setEnv(variables(c.getEnv(), ours.getEnv()));
                List<VolumeMount> mounts = new ArrayList<>(c.getVolumeMounts());
                mounts.addAll(ours.getVolumeMounts());
                c.setVolumeMounts(mounts);
                if (!ours.getArgs().isEmpty()) {
                  c.setArgs(ours.getArgs());
                }
              });
    }
    return merged;
  }

  private static List<EnvVar> variables(List<EnvVar> present, List<EnvVar> ours) {
    List<EnvVar> all = new ArrayList<>(present);
    for (EnvVar variable : ours) {
      IntStream.range(0, all.size())
          .filter(i -> all.get(i).getName().equals(variable.getName()))
          .findFirst()
          .ifPresentOrElse(i -> all.set(i, variable), () -> all.add(variable));
    }
    return all;
  }
}
