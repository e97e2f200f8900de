package io.tracingstack.operator.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tracingstack.operator.testing.OperatorTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class JourneyApiTest extends OperatorTest {
  @Test
  void aLabelledWorkloadIsProvenByItsOwnReadinessRequest() {
    String namespace = cluster.namespace("journey", Map.of());
    readyStack(namespace, "tracing");
    labelledDeployment(namespace, "shop");
    awaitTraced(namespace, "shop");
    assertThat(application.requests()).contains("/ready/" + namespace);
  }
}
