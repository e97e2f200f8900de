package io.tracingstack.operator.controller;

import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.tracingstack.operator.kube.Startup;
import java.util.Optional;

/** Starts the operator, or says in one line why it cannot. */
@QuarkusMain
public class Main implements QuarkusApplication {
  private final Startup startup;
  private final Operator operator;

  Main(Startup startup, Operator operator) {
    this.startup = startup;
    this.operator = operator;
  }

  @Override
  public int run(String... args) {
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
