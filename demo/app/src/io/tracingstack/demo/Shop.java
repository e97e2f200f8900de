package io.tracingstack.demo;

import java.util.concurrent.CountDownLatch;

/**
 * A small shop whose services show how a workload behaves once tracing is rolled out to it.
 *
 * <p>One image, several roles: two HTTP services which call each other, so that one request makes
 * one trace over both, and two processes that a tracing agent cannot see into. Only classes of the
 * JDK are used; nothing here knows about tracing.
 */
public final class Shop {

  private Shop() {}

  /** Starts the role the environment asks for and runs until the process is told to end. */
  public static void main(String[] arguments) throws Exception {
    ShopConfig config = ShopConfig.from(System.getenv());
    Frailty.of(config);
    switch (config.role()) {
      case "frontend" -> Frontend.serve(config);
      case "backend" -> Backend.serve(config);
      case "silent" -> SilentServer.serve(config);
      case "idle" -> sleepForever();
      default ->
          throw new IllegalArgumentException(
              "ROLE must be frontend, backend, silent or idle, not '" + config.role() + "'");
    }
  }

  /** A process without any traffic: an agent loads, and no span can ever come. */
  private static void sleepForever() throws InterruptedException {
    System.out.println("shop idle started");
    new CountDownLatch(1).await();
  }
}
