/**
 * Whether spans arrive, and what it means when they do not: questions to the witnesses, and the
 * judgement of their answers. Pure; the witnesses are interfaces.
 */
package io.tracingstack.operator.verification;
