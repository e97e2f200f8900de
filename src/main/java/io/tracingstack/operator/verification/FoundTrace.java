package io.tracingstack.operator.verification;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A trace as the store returned it. */
public record FoundTrace(String traceId, List<Span> spans) {

  /**
   * One span; fields that it does not carry are empty.
   *
   * @param repair what the repaired tracing of a LlamaStack server marks its spans with, {@link
   *     #UNREPAIRED} for a span that would have the mark if it were
   * @param process id of the process that made it
   */
  public record Span(
      String service, String name, String revision, String pod, String repair, String process) {}

  /** A span of this revision, if the trace has one. */
  public Optional<Span> ofRevision(String revision) {
    return spans.stream().filter(s -> revision.equals(s.revision())).findFirst();
  }

  /** The mark of a span by which a LlamaStack server shows that its tracing is not repaired. */
  public static final String UNREPAIRED = "none";

  /** Whether a process shows that its tracing is not repaired. */
  public boolean showsUnrepaired() {
    return spans.stream().anyMatch(s -> UNREPAIRED.equals(s.repair()));
  }

  /** Processes, by pod and id, with a span that carries this mark of a repair. */
  public Set<String> repairedProcesses(String mark) {
    return spans.stream()
        .filter(s -> mark.equals(s.repair()))
        .map(s -> s.pod() + "/" + s.process())
        .collect(Collectors.toSet());
  }
}
