package io.tracingstack.operator.stack;

import java.util.SortedMap;

/**
 * What the operator's build and its Deployment decide, for fields a stack leaves out.
 *
 * @param collectorImage image of the OpenTelemetry Collector
 * @param agentInitImage image of agent-init
 * @param agentSha256 digest of the agent in that image
 * @param repairFiles what the repair of LlamaStack servers consists of: text by file name
 */
public record Defaults(
    String collectorImage,
    String agentInitImage,
    String agentSha256,
    SortedMap<String, String> repairFiles) {}
