/** The OpenTelemetry Collector of a stack: its configuration and its objects. Pure. */
package io.tracingstack.operator.collector;
