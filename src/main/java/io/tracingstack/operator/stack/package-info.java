/** A stack's specification with every default filled in: what the other packages build from. */
package io.tracingstack.operator.stack;
