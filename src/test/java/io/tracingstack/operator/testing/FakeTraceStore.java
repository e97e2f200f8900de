package io.tracingstack.operator.testing;

import io.quarkus.test.Mock;
import io.tracingstack.operator.verification.FoundTrace;
import io.tracingstack.operator.verification.TraceStore;
import io.tracingstack.operator.verification.WitnessException;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A store that knows the traces it was told. */
@Mock
@ApplicationScoped
public class FakeTraceStore implements TraceStore {
  private final Map<String, FoundTrace> traces = new ConcurrentHashMap<>();
  private volatile boolean unreachable;

  void reset() {
    traces.clear();
    unreachable = false;
  }

  /** Whether questions are answered. */
  public void reachable(boolean answers) {
    unreachable = !answers;
  }

  /** Stores a trace of one span. */
  public void add(String traceId, String revision, String pod) {
    add(traceId, revision, pod, "");
  }

  /** Stores a trace of one span with the mark of a repaired LlamaStack server. */
  public void add(String traceId, String revision, String pod, String mark) {
    add(traceId, revision, pod, mark, mark.isEmpty() ? "" : "17");
  }

  /** The same, made by a process of this id. */
  public void add(String traceId, String revision, String pod, String mark, String process) {
    traces.put(
        traceId,
        new FoundTrace(
            traceId, List.of(new FoundTrace.Span("shop", "GET /", revision, pod, mark, process))));
  }

  String newTraceId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  @Override
  public Optional<FoundTrace> byId(URI base, String traceId) throws WitnessException {
    answer(base);
    return Optional.ofNullable(traces.get(traceId));
  }

  @Override
  public List<String> byRevision(URI base, String revision, List<String> pods, int most)
      throws WitnessException {
    answer(base);
    return traces.values().stream()
        .filter(t -> t.ofRevision(revision).filter(s -> isOf(s, pods)).isPresent())
        .map(FoundTrace::traceId)
        .limit(most)
        .toList();
  }

  /** A span without a pod is of any. */
  private static boolean isOf(FoundTrace.Span span, List<String> pods) {
    return span.pod().isEmpty() || pods.isEmpty() || pods.contains(span.pod());
  }

  private void answer(URI base) throws WitnessException {
    if (unreachable) {
      throw new WitnessException("the store " + base + " does not answer");
    }
  }
}
