package io.tracingstack.operator.verification;

import io.tracingstack.operator.stack.CollectorPlan;

/** What a collector counted, ahead of any sampling. */
public interface SpanCounts {

  /**
   * Spans of this revision that the collector's present pods received.
   *
   * @throws WitnessException when no pod of the collector answers
   */
  long ofRevision(CollectorPlan collector, String revision) throws WitnessException;

  /**
   * Spans that the collector's present pods failed to deliver, or hold in their queues.
   *
   * @throws WitnessException when no pod of the collector answers
   */
  long undelivered(CollectorPlan collector) throws WitnessException;
}
