package io.tracingstack.operator.verification;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the witnesses said about one pod template revision.
 *
 * @param waited how long pods of it have been ready
 * @param storeReadable whether the backend can be asked at all
 * @param proofRequest the request sent to a pod, if one could be
 * @param answered how long ago these pods answered such a request for the first time
 * @param foundById a span of this revision in the trace of the proof request
 * @param foundBySearch a trace with a span of this revision
 * @param counted spans of this revision that the collector counted; empty when it did not answer
 * @param storeSilent why the store could not be asked, empty when it answered
 * @param log what the application's log says of the agent; empty while it was not read
 */
public record Evidence(
    Duration waited,
    boolean storeReadable,
    Optional<ProofRequest> proofRequest,
    Optional<Duration> answered,
    Optional<FoundTrace> foundById,
    Optional<String> foundBySearch,
    OptionalLong counted,
    Optional<String> storeSilent,
    Optional<AgentLog> log) {}
