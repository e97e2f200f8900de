package io.tracingstack.operator.stack;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.tracingstack.operator.api.v1alpha1.JavaSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Instrumentation with all defaults filled in.
 *
 * @param otlpHttp where agents send OTLP over HTTP
 * @param otlpGrpc the same for a workload whose user has chosen gRPC
 * @param ownAgentImage whether the stack names an agent image of its own
 * @param agentSha256 digest that the init container must find; empty when the image's own record
 *     counts
 */
public record InstrumentationPlan(
    String otlpHttp,
    String otlpGrpc,
    Optional<LabelSelector> namespaceSelector,
    List<String> propagators,
    double samplingRatio,
    SortedMap<String, String> resourceAttributes,
    String agentImage,
    boolean ownAgentImage,
    Optional<String> agentSha256,
    List<JavaSpec.Env> agentEnv,
    ResourceRequirements initResources,
    LlamaStackPlan llamaStack) {
  /** Resource attribute that says which injected content a span comes from: the proof's key. */
  public static final String REVISION_ATTRIBUTE = "tracingstack.revision";

  /** The same with another agent: the one that a failed upgrade returns to. */
  public InstrumentationPlan withAgent(String image, Optional<String> sha256) {
    return new InstrumentationPlan(
        otlpHttp,
        otlpGrpc,
        namespaceSelector,
        propagators,
        samplingRatio,
        resourceAttributes,
        image,
        ownAgentImage,
        sha256,
        agentEnv,
        initResources,
        llamaStack);
  }

  /** Whether the namespace with these labels may be served, as far as the selector says. */
  public boolean admitsNamespace(Map<String, String> labels) {
    return namespaceSelector.map(s -> LabelSelectors.matches(s, labels)).orElse(true);
  }

  /**
   * A hash of all that reaches workloads: another one changes all of them, and so goes canary
   * first. Which namespaces and servers are served is left out: it is in nobody's pods.
   */
  public String release() {
    return Hash.of(
        Serialization.asJson(
            List.of(
                otlpHttp,
                otlpGrpc,
                propagators,
                samplingRatio,
                resourceAttributes,
                agentImage,
                agentSha256.orElse(""),
                agentEnv,
                initResources,
                llamaStack.release())));
  }
}
