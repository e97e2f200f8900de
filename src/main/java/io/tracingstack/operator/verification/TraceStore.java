package io.tracingstack.operator.verification;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** A store that traces can be read back from. */
public interface TraceStore {

  /**
   * The trace with this id, empty when the store answers that it has none.
   *
   * @param base the store's base URI
   * @throws WitnessException when the store does not answer
   */
  Optional<FoundTrace> byId(URI base, String traceId) throws WitnessException;

  /**
   * Ids of traces with a span of this revision, in no order.
   *
   * @param base the store's base URI
   * @param pods names of the pods; none when a span of any pod will do
   * @param most how many ids at the most
   * @throws WitnessException when the store does not answer
   */
  List<String> byRevision(URI base, String revision, List<String> pods, int most)
      throws WitnessException;
}
