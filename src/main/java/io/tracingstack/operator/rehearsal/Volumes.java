package io.tracingstack.operator.rehearsal;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The volumes of a rehearsal's pod. Claims, disks, shares and paths of the node hold the workload's
 * data, or are held by its pods: empty ones stand in for them.
 *
 * @param emptied names of those that are empty, in their order
 */
record Volumes(List<Volume> volumes, List<String> emptied) {

  /** Those of a pod; what only a StatefulSet's claim templates provide is empty, too. */
  static Volumes of(PodSpec spec) {
    List<Volume> volumes = new ArrayList<>();
    List<String> emptied = new ArrayList<>();
    for (Volume volume : spec.getVolumes()) {
      boolean keep = isOfThePod(volume) || isOnlyRead(volume, spec);
      volumes.add(keep ? volume : empty(volume.getName()));
      if (!keep) {
        emptied.add(volume.getName());
      }
    }
    List<String> known = volumes.stream().map(Volume::getName).toList();
    mounts(spec)
        .map(VolumeMount::getName)
        .filter(name -> !known.contains(name))
        .distinct()
        .forEach(
            name -> {
              volumes.add(empty(name));
              emptied.add(name);
            });
    return new Volumes(volumes, emptied);
  }

  /** Made for each pod, and gone with it. */
  private static boolean isOfThePod(Volume volume) {
    return Stream.of(
            volume.getConfigMap(),
            volume.getSecret(),
            volume.getProjected(),
            volume.getDownwardAPI(),
            volume.getEmptyDir(),
            // In a pod's own specification this kind is ephemeral by definition.
            volume.getCsi(),
            volume.getImage())
        .anyMatch(Objects::nonNull);
  }

  private static boolean isOnlyRead(Volume volume, PodSpec spec) {
    return volume.getHostPath() != null
        && mounts(spec)
            .filter(m -> volume.getName().equals(m.getName()))
            .allMatch(m -> Boolean.TRUE.equals(m.getReadOnly()));
  }

  private static Stream<VolumeMount> mounts(PodSpec spec) {
    return RehearsalPod.containers(spec).flatMap(c -> c.getVolumeMounts().stream());
  }

  private static Volume empty(String name) {
    return new VolumeBuilder().withName(name).withEmptyDir(new EmptyDirVolumeSource()).build();
  }
}
