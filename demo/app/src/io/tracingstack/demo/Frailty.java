package io.tracingstack.demo;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What makes some applications fail as soon as an agent comes in. */
final class Frailty {
  private static final List<ByteBuffer> BALLAST = new ArrayList<>();

  private Frailty() {}

  /** Makes this process as frail as the environment asks for. */
  static void of(ShopConfig config) throws InterruptedException {
    // Options from the environment are not among the arguments that the JVM tells of.
    boolean agent =
        Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
            .map(System.getenv()::get)
            .anyMatch(options -> options != null && options.contains("-javaagent:"));
    if (config.agentIntolerant() && agent) {
      System.err.println("shop: an agent is not allowed here");
      System.exit(3);
    }
    if (agent) {
      // The slow start itself is what is shown, so nothing is awaited here.
      Thread.sleep(config.slownessWithAgent().toMillis());
    }
    for (int i = 0; i < config.ballastMegabytes(); i++) {
      ByteBuffer megabyte = ByteBuffer.allocateDirect(1 << 20);
      // A page that was never written is not in memory.
      for (int at = 0; at < megabyte.capacity(); at += 4096) {
        megabyte.put(at, (byte) 1);
      }
      BALLAST.add(megabyte);
    }
  }
}
