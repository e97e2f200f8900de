package io.tracingstack.operator.stack;

/**
 * What the operator's build and its Deployment decide, for fields a stack leaves out.
 *
 * @param collectorImage image of the OpenTelemetry Collector
 * @param agentInitImage image of agent-init
 * @param agentSha256 digest of the agent in that image
 */
public record Defaults(String collectorImage, String agentInitImage, String agentSha256) {}
