package io.tracingstack.operator.controller;

import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.tracingstack.operator.kube.Startup;
import java.util.List;
import java.util.Optional;

/** Starts the operator, or says in one line why it cannot. */
@QuarkusMain
public class Main implements QuarkusApplication {
  private static final String HELP =
      """
      tracingstack-operator: rolls distributed tracing out to labelled workloads and proves it.

      It takes no arguments. It talks to the cluster of its pod or of $KUBECONFIG, and reads:
        RELATED_IMAGE_COLLECTOR   collector image of stacks that name none
        RELATED_IMAGE_AGENT_INIT  agent-init image of stacks that name none
        CLUSTER_WIDE_STACKS       <namespace>.<name>[,...] of stacks that need no consent
        PROTECTED_NAMESPACES      namespaces never touched, beside the system's own
        POD_NAMESPACE             the operator's own namespace, never touched

      Health is at /q/health, metrics are at /q/metrics, both on port 8080.
      """;

  private final Startup startup;
  private final Operator operator;

  Main(Startup startup, Operator operator) {
    this.startup = startup;
    this.operator = operator;
  }

  @Override
  public int run(String... args) {
    if (args.length > 0) {
      boolean help = List.of("--help", "-h").contains(args[0]);
      (help ? System.out : System.err)
          .print(
              help
                  ? HELP
                  : "tracingstack-operator: unknown argument " + args[0] + "; try --help\n");
      return help ? 0 : 2;
    }
    Optional<String> obstacle = startup.obstacle();
    if (obstacle.isPresent()) {
      return fail(obstacle.get());
    }
    try {
      operator.start();
    } catch (OperatorException e) {
      return fail("cannot start: " + Startup.rootMessage(e));
    }
    Quarkus.waitForExit();
    return 0;
  }

  private static int fail(String why) {
    System.err.println("tracingstack-operator: " + why);
    return 1;
  }
}
