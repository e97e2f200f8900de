package io.tracingstack.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Turn;
import org.junit.jupiter.api.Test;

class PlaceTest {
  @Test
  void thePlaceIsWhatOrdersAWorkload() {
    assertThat(place(null, null))
        .isEqualTo(
            "after those offered as canaries, by name as shop/deployment-a; status.rollout.next of"
                + " the stack names those that go next");
    assertThat(place(true, null)).startsWith("offered as a canary: before all that are not");
    assertThat(place(null, true)).contains("waits for no slot and no window");
  }

  private static String place(Boolean canary, Boolean riding) {
    return Place.of(new Turn(1, "r", "t", "s", canary, riding), "shop", "deployment-a");
  }
}
