/**
 * Which workloads are selected, what is written into their pod templates, and how it is taken out
 * again. Pure: facts in, decisions and object fragments out.
 */
package io.tracingstack.operator.injection;
