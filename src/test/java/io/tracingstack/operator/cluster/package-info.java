/**
 * The promise, asserted on a real cluster: the operator is deployed, its parts are real, and the
 * tests act as users do. Run by {@code hack/e2e}.
 *
 * <p>Not covered: network policies between the operator, the collector and the workloads. The
 * testbed's network accepts NetworkPolicy objects and does not enforce them, so a test of them
 * would show nothing.
 */
package io.tracingstack.operator.cluster;
