/** The reconcilers: they fetch facts, ask the pure packages what to do, and do it. */
package io.tracingstack.operator.controller;
