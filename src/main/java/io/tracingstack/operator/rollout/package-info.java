/** Which workloads of a stack may go when: everything that is about their order. Pure. */
package io.tracingstack.operator.rollout;
