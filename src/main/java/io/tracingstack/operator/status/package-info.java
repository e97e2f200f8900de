/** Conditions: how they are built, merged with the former ones, and summed up. Pure. */
package io.tracingstack.operator.status;
