package io.tracingstack.operator.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;

/** The operator's own Deployment. */
final class Operator {
  static final String NAMESPACE = "tracingstack-system";
  static final String NAME = "tracingstack-operator";

  private Operator() {}

  static void scale(int replicas) {
    Cluster.kubectl("-n", NAMESPACE, "scale", "deployment/" + NAME, "--replicas=" + replicas);
    if (replicas == 0) {
      Cluster.await("the operator is gone").until(() -> pods().isEmpty());
    } else {
      awaitReady(replicas);
    }
  }

  /** Ends every process at once, without any farewell. */
  static void kill() {
    pods().forEach(Operator::kill);
  }

  /** Ends the process that holds the lease, and no other; returns its name. */
  static String killLeader() {
    String leader = leader();
    pods().stream().filter(p -> p.getMetadata().getName().equals(leader)).forEach(Operator::kill);
    return leader;
  }

  private static void kill(Pod pod) {
    Cluster.CLIENT.resource(pod).withGracePeriod(0).delete();
  }

  /** Name of the pod that holds the lease. */
  static String leader() {
    return Cluster.CLIENT
        .leases()
        .inNamespace(NAMESPACE)
        .withName(NAME)
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  static void restart() {
    List<String> former = pods().stream().map(p -> p.getMetadata().getUid()).toList();
    pods().forEach(pod -> Cluster.CLIENT.resource(pod).delete());
    Cluster.await("the former operator is gone")
        .until(() -> pods().stream().noneMatch(pod -> former.contains(pod.getMetadata().getUid())));
    awaitReady();
  }

  static void awaitReady() {
    awaitReady(1);
  }

  private static void awaitReady(int replicas) {
    Cluster.await(replicas + " replicas of the operator are ready")
        .until(
            () -> {
              var status =
                  Cluster.CLIENT
                      .apps()
                      .deployments()
                      .inNamespace(NAMESPACE)
                      .withName(NAME)
                      .get()
                      .getStatus();
              return Integer.valueOf(replicas).equals(status.getAvailableReplicas())
                  && Integer.valueOf(replicas).equals(status.getReplicas());
            });
  }

  private static List<Pod> pods() {
    return Cluster.CLIENT
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/name", NAME)
        .list()
        .getItems();
  }
}
