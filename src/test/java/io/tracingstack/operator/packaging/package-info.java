/**
 * Generators of what is checked in although it follows from the sources (CRDs, OLM bundle), tests
 * that it is up to date, and tests of what users rely on in it.
 */
package io.tracingstack.operator.packaging;
