package io.tracingstack.operator.testing;

import io.quarkus.test.Mock;
import io.tracingstack.operator.stack.CollectorPlan;
import io.tracingstack.operator.verification.SpanCounts;
import io.tracingstack.operator.verification.WitnessException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A collector that counted what it was told. */
@Mock
@ApplicationScoped
public class FakeSpanCounts implements SpanCounts {
  private final Map<String, Long> byRevision = new ConcurrentHashMap<>();
  private volatile boolean unreachable;
  private volatile long undelivered;

  void reset() {
    byRevision.clear();
    unreachable = false;
    undelivered = 0;
  }

  /** Whether questions are answered. */
  public void reachable(boolean answers) {
    unreachable = !answers;
  }

  /** Counts spans of a revision. */
  public void count(String revision, long spans) {
    byRevision.merge(revision, spans, Long::sum);
  }

  /** Says how many spans wait to be delivered. */
  public void undelivered(long spans) {
    undelivered = spans;
  }

  @Override
  public long ofRevision(CollectorPlan collector, String revision) throws WitnessException {
    answer();
    return byRevision.getOrDefault(revision, 0L);
  }

  @Override
  public long undelivered(CollectorPlan collector) throws WitnessException {
    answer();
    return undelivered;
  }

  private void answer() throws WitnessException {
    if (unreachable) {
      throw new WitnessException("the collector has no running pod");
    }
  }
}
