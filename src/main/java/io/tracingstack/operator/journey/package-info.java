/**
 * The steps of one workload from its label to its proof: what to do next, and what each condition
 * says. Pure.
 */
package io.tracingstack.operator.journey;
