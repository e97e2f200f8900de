/**
 * A real API server for the operator under test, and hands for everything beside it: workload
 * controllers, applications, witnesses, and faults on the line.
 */
package io.tracingstack.operator.testing;
