package io.tracingstack.operator.journey;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.status.Finding;
import io.tracingstack.operator.verification.Judgement;

/** What is said of a model server that is vLLM, where it differs from other workloads. */
public final class ModelServers {
  private ModelServers() {}

  /** The condition AgentVerified: there is none that could be missing or damaged. */
  public static Finding agent() {
    return Finding.yes(Reason.NO_AGENT_NEEDED, "vLLM makes its spans by itself");
  }

  /** A judgement; silence has another cause than with workloads that are asked for a span. */
  public static Judgement judged(Judgement judgement) {
    return judgement.finding().reason() == Reason.AWAITING_TRAFFIC
        ? new Judgement(
            Finding.unknown(
                Reason.AWAITING_TRAFFIC,
                "no span was seen yet: vLLM makes one for each completion that it serves, and none"
                    + " for probes"),
            judgement.witness(),
            judgement.traceId())
        : judgement;
  }
}
