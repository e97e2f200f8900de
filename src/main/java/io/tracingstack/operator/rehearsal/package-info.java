/**
 * A change tried in a throw-away pod before it reaches the workload: the pod, and what is made of
 * it. Pure.
 */
package io.tracingstack.operator.rehearsal;
