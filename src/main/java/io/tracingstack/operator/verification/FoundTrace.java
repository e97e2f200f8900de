package io.tracingstack.operator.verification;

import java.util.List;
import java.util.Optional;

/** A trace as the store returned it. */
public record FoundTrace(String traceId, List<Span> spans) {

  /** One span; fields that it does not carry are empty. */
  public record Span(String service, String name, String revision, String pod) {}

  /** A span of this revision, if the trace has one. */
  public Optional<Span> ofRevision(String revision) {
    return spans.stream().filter(s -> revision.equals(s.revision())).findFirst();
  }
}
