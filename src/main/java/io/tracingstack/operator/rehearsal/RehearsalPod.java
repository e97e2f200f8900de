package io.tracingstack.operator.rehearsal;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Footprint;
import io.tracingstack.operator.injection.InjectionPlan;
import io.tracingstack.operator.injection.Refusal;
import io.tracingstack.operator.injection.WorkloadView;
import io.tracingstack.operator.stack.Hash;
import io.tracingstack.operator.stack.LabelSelectors;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The throw-away pod of a rehearsal: the workload's template with our change, without whatever
 * would let others take it for a pod of the workload, and without the workload's data.
 *
 * @param pod as it is to be created
 * @param emptyVolumes names of the workload's volumes that are empty in it
 */
public record RehearsalPod(Pod pod, List<String> emptyVolumes) {
  private static final int NAME_LENGTH = 40;
  private static final int HASH_LENGTH = 8;

  /** Long enough for the agent's last spans; nobody waits for the application's own farewell. */
  private static final long GRACE_SECONDS = 5;

  /** The operator judges before; by then it does not run. */
  private static final Duration WITHOUT_OPERATOR = Duration.ofMinutes(1);

  /**
   * Who wants it.
   *
   * @param reference to the TracedWorkload, as its controller: no other one adopts the pod then
   * @param verifyTimeout how long it may take to become ready, and then to be proven
   */
  public record Owner(OwnerReference reference, Duration verifyTimeout) {}

  /**
   * Why this workload cannot be tried beside itself; empty when it can.
   *
   * @param budgets all of the namespace
   */
  public static Optional<Refusal> obstacle(
      WorkloadView workload, InjectionPlan plan, Owner owner, List<PodDisruptionBudget> budgets) {
    PodSpec spec = workload.template().getSpec();
    if (Boolean.TRUE.equals(spec.getHostNetwork())) {
      return refuse(
          "its pods use the network of their node, where a second one would serve beside them, or"
              + " find its ports taken");
    }
    Optional<String> device =
        containers(spec)
            .filter(c -> !c.getVolumeDevices().isEmpty())
            .map(Container::getName)
            .findFirst();
    if (device.isPresent()) {
      return refuse(
          "container %s needs a block device, for which nothing empty can stand in"
              .formatted(device.get()));
    }
    Map<String, String> labels = labels(plan, owner);
    return budgets.stream()
        .filter(b -> b.getSpec() != null && b.getSpec().getSelector() != null)
        .filter(b -> LabelSelectors.matches(b.getSpec().getSelector(), labels))
        .findFirst()
        .flatMap(
            b ->
                refuse(
                    "PodDisruptionBudget %s selects every pod, and would count the rehearsal's"
                        .formatted(b.getMetadata().getName())));
  }

  private static Optional<Refusal> refuse(String message) {
    return Optional.of(new Refusal(Reason.CANNOT_REHEARSE, message));
  }

  /**
   * The pod.
   *
   * @param workload as it is stored, injected or not
   * @param plan of a journey of its own, so that the pod's spans prove nothing about the workload
   */
  public static RehearsalPod of(WorkloadView workload, InjectionPlan plan, Owner owner) {
    PodTemplateSpec template = Merge.of(Footprint.strip(workload.template()), plan.fragment());
    PodSpec spec = template.getSpec();
    Volumes volumes = Volumes.of(spec);
    spec.setVolumes(volumes.volumes());
    containers(spec).forEach(RehearsalPod::detach);
    spec.setNodeName(null);
    spec.setRestartPolicy("Always");
    spec.setActiveDeadlineSeconds(
        owner.verifyTimeout().multipliedBy(2).plus(WITHOUT_OPERATOR).toSeconds());
    spec.setTerminationGracePeriodSeconds(
        Math.min(
            GRACE_SECONDS,
            Optional.ofNullable(spec.getTerminationGracePeriodSeconds()).orElse(GRACE_SECONDS)));
    // Nobody is evicted for a pod that is thrown away.
    spec.setPriorityClassName(null);
    spec.setPriority(null);
    spec.setPreemptionPolicy(null);
    // It is none of the pods that these keep apart, or hold back until somebody sees them serve.
    Optional.ofNullable(spec.getAffinity()).map(RehearsalPod::alone).ifPresent(spec::setAffinity);
    spec.setTopologySpreadConstraints(List.of());
    spec.setReadinessGates(List.of());
    return new RehearsalPod(
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(workload.namespace())
            .withName(name(workload, plan))
            .withLabels(labels(plan, owner))
            .withAnnotations(template.getMetadata().getAnnotations())
            .withOwnerReferences(owner.reference())
            .endMetadata()
            .withSpec(spec)
            .build(),
        volumes.emptied());
  }

  /** The same for the same change of the same template: an operator that starts anew finds it. */
  private static String name(WorkloadView workload, InjectionPlan plan) {
    String name = workload.ref().name();
    String hash = Hash.of(plan.revision() + Footprint.hashWithout(workload.template()));
    return name.substring(0, Math.min(NAME_LENGTH, name.length())).replaceFirst("[.-]+$", "")
        + "-rehearsal-"
        + hash.substring(0, HASH_LENGTH);
  }

  /**
   * None of the template's. What selects by equality selects by those, and nobody knows the values
   * of these beforehand: no Service, and no ReplicaSet.
   */
  private static Map<String, String> labels(InjectionPlan plan, Owner owner) {
    return new TreeMap<>(
        Map.of(
            Labels.REHEARSAL, owner.reference().getUid(),
            Labels.REVISION, plan.revision()));
  }

  private static void detach(Container container) {
    container.getPorts().forEach(p -> p.setHostPort(null));
    if (container.getLifecycle() != null) {
      // It says farewell to others, who never heard of this pod.
      container.getLifecycle().setPreStop(null);
    }
  }

  private static Affinity alone(Affinity affinity) {
    return new Affinity(affinity.getNodeAffinity(), affinity.getPodAffinity(), null);
  }

  static Stream<Container> containers(PodSpec spec) {
    return Stream.of(spec.getInitContainers(), spec.getContainers())
        .filter(Objects::nonNull)
        .flatMap(Collection::stream);
  }
}
