package io.tracingstack.operator.verification;

import java.time.Instant;

/**
 * The API server, a quota or an admission webhook does not let a controller create a pod.
 *
 * @param message in their words, as the Deployment's condition ReplicaFailure or a FailedCreate
 *     event has them
 * @param since the first refusal of this row
 */
public record CreationRefused(String message, Instant since) {}
