package io.tracingstack.demo;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** The service behind the frontend: knows what is in stock. */
final class Backend {

  private static final List<String> ARTICLES = List.of("lamp", "chair", "table", "shelf");

  private Backend() {}

  static void serve(ShopConfig config) throws Exception {
    new ShopServer(config).get("/inventory", query -> Answer.ok(stock())).start();
  }

  /** Sorts some numbers per article, so that the span has a duration worth looking at. */
  private static String stock() {
    RandomGenerator random = RandomGenerator.getDefault();
    return ARTICLES.stream()
        .map(article -> "\"" + article + "\":" + median(random.ints(2_000, 0, 100).toArray()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static int median(int[] numbers) {
    Arrays.sort(numbers);
    return numbers[numbers.length / 2];
  }
}
