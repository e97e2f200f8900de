/** Objects of the trace backend. Pure. */
package io.tracingstack.operator.backend;
