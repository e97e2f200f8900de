/**
 * Model servers that are vLLM: how they are started, what they need to send their spans here, and
 * what is told where their command line is another's. Pure: facts in, decisions out.
 */
package io.tracingstack.operator.vllm;
