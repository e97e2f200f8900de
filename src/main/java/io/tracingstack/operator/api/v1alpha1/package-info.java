/** The two kinds of the API group {@code tracingstack.io} and the catalogue of reasons. */
package io.tracingstack.operator.api.v1alpha1;
