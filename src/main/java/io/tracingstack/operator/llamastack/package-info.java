/**
 * LlamaStack servers and their successors: which Deployments they are, what their version asks for,
 * and what is written into their pod templates. Pure: facts in, decisions and object fragments out.
 */
package io.tracingstack.operator.llamastack;
