package io.tracingstack.operator.rollout;

import io.tracingstack.operator.api.v1alpha1.Turn;

/**
 * A workload's place in the order of its stack. It is what orders it ({@link Member#ORDER}), and no
 * number: that would change for all that wait whenever one of them goes. Who goes next by name is
 * in the stack's status.
 */
public final class Place {
  private Place() {}

  /** The place of a workload that asks for this turn. */
  public static String of(Turn turn, String namespace, String name) {
    String place =
        Boolean.TRUE.equals(turn.canary())
            ? "offered as a canary: before all that are not, among these by name as %s/%s"
            : "after those offered as canaries, by name as %s/%s";
    String rides =
        Boolean.TRUE.equals(turn.riding())
            ? "; its pods restart anyway, so it waits for no slot and no window"
            : "";
    return place.formatted(namespace, name)
        + rides
        + "; status.rollout.next of the stack names those that go next";
  }
}
