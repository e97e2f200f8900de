package io.tracingstack.operator.controller;

import io.javaoperatorsdk.operator.Operator;
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
      System.err.println("tracingstack-operator: " + obstacle.get());
      return 1;
    }
    operator.start();
    Quarkus.waitForExit();
    return 0;
  }
}
