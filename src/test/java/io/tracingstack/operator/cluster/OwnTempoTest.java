package io.tracingstack.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Labels;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A stack's life from nothing to nothing, with a Tempo of its own that few traces reach. */
@ClusterTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OwnTempoTest {
  private static final String STACK = "own";

  /** So small that no probe of the kubelet is kept by chance while the proof is on its way. */
  private static final double RATIO = 0.001;

  /** What a stack makes, and tempo-operator for it. */
  private static final String KINDS =
      "tempomonolithics,deployments,statefulsets,replicasets,pods,services,configmaps,secrets,"
          + "serviceaccounts,poddisruptionbudgets,networkpolicies,leases,tracedworkloads,"
          + "tracingstacks";

  private final Sandbox sandbox;
  private String stackNamespace;
  private Workload deployment;
  private Workload set;
  private String deploymentBefore;
  private String setBefore;

  OwnTempoTest(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  @BeforeAll
  void stackAndWorkloads() {
    stackNamespace = sandbox.namespace("", Map.of());
    String served = sandbox.namespace("apps", Map.of(Labels.STACK, stackNamespace + "." + STACK));
    deployment = App.backend(served, "deployment").deploy();
    set = App.backend(served, "set").deployStatefulSet();
    deploymentBefore = deployment.awaitRolledOut().template();
    setBefore = set.awaitRolledOut().template();
    SharedStack.create(stackNamespace, STACK, Stacks.sampling(RATIO));
    SharedStack.awaitReady(stackNamespace, STACK);
  }

  @Test
  @Order(1)
  void aSampledServiceIsProvenByTheRequestThatAsksToBeKept() {
    // When
    deployment.label();
    set.label();

    // Then
    for (Workload workload : List.of(deployment, set)) {
      TracedWorkload tw = workload.awaitTraced();
      assertThat(workload.env("OTEL_TRACES_SAMPLER_ARG")).contains(String.valueOf(RATIO));
      assertThat(tw.getStatus().proof().witness()).isEqualTo("ProofRequest");
      workload.assertTraceInTempo(stackNamespace, STACK, tw);
    }
  }

  /**
   * Where other stacks are in the cluster, a labelled workload keeps a TracedWorkload that says
   * which one is missing; where this was the last one, none is left.
   */
  @Test
  @Order(2)
  void aDeletedStackLeavesEverythingAsItWas() {
    // When
    Cluster.kubectl("-n", stackNamespace, "delete", "tracingstack", STACK, "--timeout=180s");

    // Then
    for (Workload workload : List.of(deployment, set)) {
      workload.assertUntouched();
      workload.assertServes("/healthz");
      Cluster.await("no status speaks of the stack")
          .until(() -> workload.tracedWorkload().map(OwnTempoTest::isFreeOfStack).orElse(true));
    }
    assertThat(deployment.template()).isEqualTo(deploymentBefore);
    assertThat(set.template()).isEqualTo(setBefore);
    Cluster.await("nothing is left in the stack's namespace")
        .untilAsserted(() -> assertThat(objectsOf(stackNamespace)).isEmpty());
    System.out.println("e2e: looked in " + stackNamespace + " for " + KINDS);

    // When
    deployment.unlabel();
    set.unlabel();

    // Then
    deployment.awaitForgotten();
    set.awaitForgotten();
  }

  private static boolean isFreeOfStack(TracedWorkload tw) {
    return tw.getStatus().stack() == null
        && tw.getStatus().revision() == null
        && tw.getStatus().proof() == null;
  }

  /** Everything but what every namespace has. */
  private static List<String> objectsOf(String namespace) {
    List<String> objects = new ArrayList<>();
    Cluster.kubectl("-n", namespace, "get", KINDS, "-o", "name", "--ignore-not-found")
        .lines()
        .filter(line -> !line.isBlank())
        .filter(line -> !line.equals("serviceaccount/default"))
        .filter(line -> !line.equals("configmap/kube-root-ca.crt"))
        .forEach(objects::add);
    return objects;
  }
}
