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
      awaitReady();
    }
  }

  /** Ends the process at once, without any farewell. */
  static void kill() {
    for (Pod pod : pods()) {
      Cluster.CLIENT.resource(pod).withGracePeriod(0).delete();
    }
  }

  static void restart() {
    List<String> former = pods().stream().map(p -> p.getMetadata().getUid()).toList();
    pods().forEach(pod -> Cluster.CLIENT.resource(pod).delete());
    Cluster.await("the former operator is gone")
        .until(() -> pods().stream().noneMatch(pod -> former.contains(pod.getMetadata().getUid())));
    awaitReady();
  }

  static void awaitReady() {
    Cluster.await("the operator is ready")
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
              return Integer.valueOf(1).equals(status.getAvailableReplicas())
                  && Integer.valueOf(1).equals(status.getReplicas());
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
