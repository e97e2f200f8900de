/** The shell: everything that talks to an API server, a store, a collector, a pod or a clock. */
package io.tracingstack.operator.kube;
