package io.tracingstack.demo;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What makes some applications fail as soon as an agent comes in. */
final class Frailty {
  private static final List<byte[]> BALLAST = new ArrayList<>();

  private Frailty() {}

  /** Makes this process as frail as the environment asks for. */
  static void of(ShopConfig config) {
    boolean agent =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .anyMatch(argument -> argument.startsWith("-javaagent:"));
    if (config.agentIntolerant() && agent) {
      System.err.println("shop: an agent is not allowed here");
      System.exit(3);
    }
    // Small pieces: some collectors give a large array twice its room.
    for (int i = 0; i < config.ballastMegabytes() * 16; i++) {
      byte[] piece = new byte[1 << 16];
      // A page that was never written is not in memory.
      for (int at = 0; at < piece.length; at += 4096) {
        piece[at] = 1;
      }
      BALLAST.add(piece);
    }
  }
}
