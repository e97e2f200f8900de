package io.tracingstack.noop;

/**
 * A Java agent that does nothing but say so.
 *
 * <p>A JVM whose {@code -javaagent} jar is missing or damaged exits before {@code main}. The init
 * container therefore installs this agent under the tracing agent's name whenever it cannot vouch
 * for the real one: the application starts as it did before, untraced, and its log says why.
 */
public final class NoopAgent {

  private static final String NOTICE =
      "TracingStack: tracing agent not installed (see the pod's init container"
          + " tracingstack-agent); application runs untraced";

  private NoopAgent() {}

  /** Called by the JVM for {@code -javaagent}; any argument is accepted and ignored. */
  public static void premain(String ignoredArgument) {
    System.err.println(NOTICE);
  }

  /** Called when the agent is attached to a running JVM; same behaviour. */
  public static void agentmain(String ignoredArgument) {
    System.err.println(NOTICE);
  }
}
