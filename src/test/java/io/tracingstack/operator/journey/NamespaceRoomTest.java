package io.tracingstack.operator.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.injection.Refusal;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quotas and limit ranges; the init container asks for 10m and 32Mi and may use 500m and 64Mi. */
class NamespaceRoomTest {
  private static final String APP = "{requests: {cpu: 100m, memory: 256Mi}}";
  private static final String SMALL = "{requests: {cpu: 100m, memory: 16Mi}}";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "room for one pod   | 1 | 0 | {pods: 3}            | {pods: 2}            |",
        "no pod more        | 1 | 0 | {pods: 2}            | {pods: 2}            |"
            + " 0 of 2 pods are free, and the rollout of 2 pods needs 1 more, as it makes a pod before"
            + " it ends one",
        "one may be missing | 1 | 1 | {pods: 2}            | {pods: 2}            |",
        "one by one         | 0 | 1 | {count/pods: 2}      | {count/pods: 2}      |",
        "over it already    | 0 | 1 | {pods: 1}            | {pods: 2}            |"
            + " -1 of 1 pods are free, and the rollout of 2 pods needs 0 more",
        "room for a request | 1 | 0 | {requests.cpu: 300m} | {requests.cpu: 200m} |",
        "too little of it   | 1 | 0 | {cpu: 299m}          | {cpu: 200m}          |"
            + " 99m of 299m cpu are free, and the rollout of 2 pods needs 100m more, as it makes a pod"
            + " before it ends one",
        "not of a pod       | 1 | 0 | {services: 0}        | {services: 1}        |",
        "not asked for      | 1 | 0 | {requests.ephemeral-storage: 1} | {requests.ephemeral-storage:"
            + " 2} |",
        "never counted      | 1 | 0 | {pods: 1}            | {}                   |"
      })
  void aRolloutMustFitIntoTheQuota(
      String name, int added, int missing, String hard, String used, String message) {
    assertThat(
            new ObstacleFacts()
                .containers(app(APP))
                .surge(new Surge(added, missing))
                .quota(quota("{}", hard, used))
                .find())
        .isEqualTo(exceeded(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "64Mi | {requests: {cpu: 100m, memory: 16Mi}} |",
        "63Mi | {requests: {cpu: 100m, memory: 16Mi}} |"
            + " 31Mi of 63Mi requests.memory are free, and the rollout of 2 pods needs 32Mi more",
        "32Mi | {requests: {cpu: 100m, memory: 32Mi}} |"
      })
  void whatOurInitContainerAsksForMoreCountsForEachPod(
      String hard, String resources, String message) {
    assertThat(
            new ObstacleFacts()
                .containers(app(resources))
                .surge(Surge.NONE)
                .quota(quota("{}", "{requests.memory: " + hard + "}", "{requests.memory: 32Mi}"))
                .find())
        .isEqualTo(exceeded(message));
  }

  /** Two pods, one after the other, in a quota for two. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "matches, is full    | {scopes: [NotTerminating]} | {requests: {cpu: 1}} | 2 | false",
        "matches, is over    | {scopes: [NotTerminating]} | {requests: {cpu: 1}} | 3 | true",
        "of pods with an end | {scopes: [Terminating]}    | {requests: {cpu: 1}} | 3 | false",
        "counts them already | {scopes: [NotBestEffort]}  | {requests: {cpu: 1}} | 2 | false",
        "will count them     | {scopes: [NotBestEffort]}  | {}                   | 1 | true",
        "counts them no more | {scopes: [BestEffort]}     | {}                   | 3 | false",
        "one scope does not  | {scopes: [NotTerminating, BestEffort]} | {}       | 3 | false",
        "another's           | {scopeSelector: {matchExpressions: [{scopeName: PriorityClass,"
            + " operator: In, values: [high]}]}} | {} | 3 | false",
        "by a selector       | {scopeSelector: {matchExpressions: [{scopeName: NotBestEffort,"
            + " operator: Exists}]}} | {} | 1 | true"
      })
  void onlyAQuotaOfThesePodsCounts(
      String name, String spec, String resources, int used, boolean refused) {
    assertThat(
            new ObstacleFacts()
                .containers(app(resources))
                .surge(Surge.NONE)
                .quota(quota(spec, "{pods: 2}", "{pods: " + used + "}"))
                .find()
                .map(Refusal::reason))
        .isEqualTo(refused ? Optional.of(Reason.QUOTA_EXCEEDED) : Optional.empty());
  }

  @Test
  void aQuotaMayWantWhatTheInitContainerDoesNotSay() {
    ObstacleFacts facts =
        new ObstacleFacts()
            .containers(app(APP))
            .instrumentation("{java: {resources: {requests: {cpu: 10m, memory: 32Mi}}}}")
            .quota(quota("{}", "{limits.cpu: 10}", "{limits.cpu: 1}"));

    assertThat(facts.find())
        .contains(
            new Refusal(
                Reason.QUOTA_EXCEEDED,
                "ResourceQuota compute wants limits.cpu of every container, and the init container"
                    + " tracingstack-agent has none"));
    assertThat(facts.limitRange("{type: Container, default: {cpu: 500m}}").find()).isEmpty();
    assertThat(facts.limitRange("{type: Pod}").accepting("QuotaExceeded").find()).isEmpty();
  }

  @Test
  void aRolloutThatGoesOnHasItsSurgeAlready() {
    ObstacleFacts facts =
        new ObstacleFacts().containers(app(APP)).quota(quota("{}", "{pods: 3}", "{pods: 3}"));

    assertThat(facts.find().map(Refusal::reason)).contains(Reason.QUOTA_EXCEEDED);
    assertThat(facts.riding().find()).isEmpty();
  }

  @Test
  void podsThatNobodyWantsNeedNoRoom() {
    assertThat(
            new ObstacleFacts()
                .rollout(new RolloutView(true, 0, 0, 0, 0, false, false))
                .quota(quota("{}", "{pods: 0}", "{pods: 0}"))
                .find())
        .isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "fits          | {type: Container, max: {cpu: 500m, memory: 64Mi}} |",
        "too much      | {type: Container, max: {cpu: 400m}} | the init container tracingstack-agent"
            + " requests 10m and is limited to 500m of cpu, at most 400m is allowed",
        "no limit      | {type: Container, max: {ephemeral-storage: 1Gi}} | the init container"
            + " tracingstack-agent requests nothing and is limited to nothing of ephemeral-storage, at"
            + " most 1024Mi is allowed",
        "by default    | {type: Container, max: {ephemeral-storage: 1Gi}, default:"
            + " {ephemeral-storage: 1Gi}} |",
        "enough        | {type: Container, min: {cpu: 10m, memory: 32Mi}} |",
        "too little    | {type: Container, min: {memory: 48Mi}} | the init container"
            + " tracingstack-agent requests 32Mi and is limited to 64Mi of memory, at least 48Mi is"
            + " wanted",
        "narrow enough | {type: Container, maxLimitRequestRatio: {memory: 2}} |",
        "too wide      | {type: Container, maxLimitRequestRatio: {cpu: 10}} | the init container"
            + " tracingstack-agent requests 10m and is limited to 500m of cpu, the limit may be 10"
            + " times the request",
        "the whole pod | {type: Pod, max: {cpu: 400m}} | the pod with us requests 100m and is limited"
            + " to 500m of cpu, at most 400m is allowed",
        "without us    | {type: Pod, max: {cpu: 200m}} |",
        "of no pod     | {type: PersistentVolumeClaim, max: {storage: 1Gi}} |"
      })
  void aLimitRangeMustLetThePodsIn(String name, String item, String message) {
    assertThat(
            new ObstacleFacts()
                .containers(app("{requests: {cpu: 100m}, limits: {cpu: 300m}}"))
                .limitRange(item)
                .find())
        .isEqualTo(
            Optional.ofNullable(message)
                .map(m -> new Refusal(Reason.LIMIT_RANGE, "LimitRange bounds: " + m)));
  }

  @Test
  void aLimitRangeCannotBeAccepted() {
    assertThat(
            new ObstacleFacts()
                .containers(app(SMALL))
                .limitRange("{type: Container, max: {cpu: 400m}, default: {cpu: 400m}}")
                .accepting("LimitRange")
                .find()
                .map(Refusal::reason))
        .contains(Reason.LIMIT_RANGE);
  }

  private static String app(String resources) {
    return "[{name: app, resources: " + resources + "}]";
  }

  private static String quota(String spec, String hard, String used) {
    return "{metadata: {name: compute}, spec: %s, status: {hard: %s, used: %s}}"
        .formatted(spec, hard, used);
  }

  private static Optional<Refusal> exceeded(String message) {
    return Optional.ofNullable(message)
        .map(m -> new Refusal(Reason.QUOTA_EXCEEDED, "ResourceQuota compute: " + m));
  }
}
