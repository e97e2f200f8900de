/** Which workloads of a stack may go when, and whose fault it is when one fails. Pure. */
package io.tracingstack.operator.rollout;
