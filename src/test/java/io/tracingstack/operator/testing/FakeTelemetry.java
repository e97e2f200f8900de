package io.tracingstack.operator.testing;

import io.quarkus.test.Mock;
import io.tracingstack.operator.api.v1alpha1.StackRef;
import io.tracingstack.operator.kube.StackTelemetry;
import io.tracingstack.operator.stack.CollectorPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Pipelines without a network: a canary is in the store at once, unless told otherwise. */
@Mock
@ApplicationScoped
public class FakeTelemetry extends StackTelemetry {
  private final FakeTraceStore store;
  private volatile boolean refusing;
  private volatile boolean losing;

  FakeTelemetry(FakeTraceStore store) {
    this.store = store;
  }

  /** Pipelines work again. */
  public void reset() {
    refusing = false;
    losing = false;
  }

  /** Collectors refuse every span from now on. */
  public void refuseCanaries() {
    refusing = true;
  }

  /** Collectors take spans from now on and lose them. */
  public void loseCanaries() {
    losing = true;
  }

  @Override
  public void connect(StackRef stack, CollectorPlan collector) {}

  @Override
  public void disconnect(StackRef stack) {}

  @Override
  public Optional<String> sendCanary(StackRef stack) {
    if (refusing) {
      return Optional.empty();
    }
    String traceId = store.newTraceId();
    if (!losing) {
      store.add(traceId, "", "");
    }
    return Optional.of(traceId);
  }

  @Override
  public <T> T traced(StackRef stack, String name, String object, Callable<T> work)
      throws Exception {
    return work.call();
  }
}
