package io.tracingstack.operator.journey;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeItem;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Refusal;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether the namespace's LimitRanges let a pod with us in. */
final class LimitRangeRules {
  private LimitRangeRules() {}

  /** What is asked for and what is allowed, by resource. */
  private record Amounts(Map<String, BigDecimal> requests, Map<String, BigDecimal> limits) {
    static Amounts of(PodResources pod) {
      return new Amounts(pod.requests(), pod.limits());
    }
  }

  /**
   * Checks.
   *
   * @param before a pod as it is
   * @param after the same pod with us
   * @param ours our init container, with its defaults filled in
   */
  static Optional<Refusal> check(
      List<LimitRange> limitRanges, PodResources before, PodResources after, Container ours) {
    Amounts container =
        new Amounts(
            PodResources.amounts(ours.getResources(), ResourceRequirements::getRequests),
            PodResources.amounts(ours.getResources(), ResourceRequirements::getLimits));
    return limitRanges.stream()
        .flatMap(
            range ->
                range.getSpec().getLimits().stream()
                    .flatMap(
                        item ->
                            switch (item.getType()) {
                              case "Container" ->
                                  violations(item, container)
                                      .map(v -> "the init container " + ours.getName() + " " + v);
                              // What a pod violates without us is not ours to report.
                              case "Pod" ->
                                  violations(item, Amounts.of(before)).findAny().isPresent()
                                      ? Stream.<String>empty()
                                      : violations(item, Amounts.of(after))
                                          .map(v -> "the pod with us " + v);
                              default -> Stream.<String>empty();
                            })
                    .map(v -> "LimitRange %s: %s".formatted(range.getMetadata().getName(), v)))
        .map(message -> new Refusal(Reason.LIMIT_RANGE, message))
        .findFirst();
  }

  /** As the admission plug-in LimitRanger sees it: what is bounded must be given. */
  private static Stream<String> violations(LimitRangeItem item, Amounts amounts) {
    Stream<String> tooLittle =
        PodResources.amounts(item.getMin()).entrySet().stream()
            .filter(
                e ->
                    isMissingOrLess(amounts.requests().get(e.getKey()), e.getValue())
                        || isLess(amounts.limits().get(e.getKey()), e.getValue()))
            .map(e -> describe(e.getKey(), amounts) + ", at least " + text(e) + " is wanted");
    Stream<String> tooMuch =
        PodResources.amounts(item.getMax()).entrySet().stream()
            .filter(
                e ->
                    isMissingOrMore(amounts.limits().get(e.getKey()), e.getValue())
                        || isMore(amounts.requests().get(e.getKey()), e.getValue()))
            .map(e -> describe(e.getKey(), amounts) + ", at most " + text(e) + " is allowed");
    Stream<String> tooWide =
        PodResources.amounts(item.getMaxLimitRequestRatio()).entrySet().stream()
            .filter(e -> isTooWide(e.getKey(), e.getValue(), amounts))
            .map(
                e ->
                    "%s, the limit may be %s times the request"
                        .formatted(
                            describe(e.getKey(), amounts),
                            e.getValue().stripTrailingZeros().toPlainString()));
    return Stream.of(tooLittle, tooMuch, tooWide).flatMap(v -> v);
  }

  private static boolean isTooWide(String name, BigDecimal ratio, Amounts amounts) {
    BigDecimal request = amounts.requests().get(name);
    BigDecimal limit = amounts.limits().get(name);
    return request == null
        || limit == null
        || request.signum() == 0
        || limit.signum() == 0
        || limit.compareTo(request.multiply(ratio)) > 0;
  }

  private static boolean isMissingOrLess(BigDecimal amount, BigDecimal bound) {
    return amount == null || isLess(amount, bound);
  }

  private static boolean isMissingOrMore(BigDecimal amount, BigDecimal bound) {
    return amount == null || isMore(amount, bound);
  }

  private static boolean isLess(BigDecimal amount, BigDecimal bound) {
    return amount != null && amount.compareTo(bound) < 0;
  }

  private static boolean isMore(BigDecimal amount, BigDecimal bound) {
    return amount != null && amount.compareTo(bound) > 0;
  }

  private static String describe(String name, Amounts amounts) {
    return "requests %s and is limited to %s of %s"
        .formatted(
            text(name, amounts.requests().get(name)), text(name, amounts.limits().get(name)), name);
  }

  private static String text(Map.Entry<String, BigDecimal> bound) {
    return PodResources.text(bound.getKey(), bound.getValue());
  }

  private static String text(String name, BigDecimal amount) {
    return amount == null ? "nothing" : PodResources.text(name, amount);
  }
}
