package io.tracingstack.operator.rollout;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.tracingstack.operator.api.v1alpha1.ConditionType;
import io.tracingstack.operator.api.v1alpha1.Reason;
import io.tracingstack.operator.api.v1alpha1.TracedWorkload;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadSpec;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus;
import io.tracingstack.operator.api.v1alpha1.TracedWorkloadStatus.Reverted;
import io.tracingstack.operator.api.v1alpha1.Turn;
import io.tracingstack.operator.rollout.RolloutDecision.Decision;
import io.tracingstack.operator.stack.RolloutPlan;
import io.tracingstack.operator.testing.Yaml;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The workloads of a stack. Decisions see only their objects, as the operator would leave them;
 * beside these is noted what is true of each, for the tests to compare with.
 */
final class World {
  /** What a workload does once the agent is in. */
  enum Nature {
    HEALTHY,
    QUIET,
    FAILING
  }

  static final class Workload {
    private TracedWorkload object;
    private Nature nature;
    private final boolean offered;

    /** The turn by which its pods are replaced, or put back. */
    private Turn moving;

    private Instant provenSince;
    private String provenWith;

    private Workload(TracedWorkload object, Nature nature, boolean offered) {
      this.object = object;
      this.nature = nature;
      this.offered = offered;
    }

    boolean moves() {
      return moving != null;
    }

    boolean movesByItself() {
      return moving != null && moving.riding();
    }

    boolean waits() {
      return moving == null && status().candidate() != null;
    }

    boolean failedWith(String release) {
      return status().reverted() != null && release.equals(status().reverted().release());
    }

    String state() {
      return status().state();
    }

    private TracedWorkloadStatus status() {
      return object.getStatus();
    }
  }

  private final RolloutPlan plan;
  private final SortedMap<String, Workload> workloads = new TreeMap<>();
  private Instant now = Instant.parse("2026-03-02T12:00:00Z");
  private int settings = 1;
  private boolean paused;
  private boolean pipelineVerified = true;

  World(RolloutPlan plan) {
    this.plan = plan;
  }

  /** The plan of this moment. */
  RolloutPlan plan() {
    return new RolloutPlan(
        plan.mode(),
        plan.canary(),
        plan.soak(),
        plan.maxConcurrent(),
        plan.verifyTimeout(),
        plan.onFailure(),
        plan.failureBudget(),
        plan.paused() || paused,
        plan.windows(),
        plan.restart(),
        plan.proof(),
        plan.silentAfter(),
        plan.rehearsal());
  }

  String release() {
    return "release-" + settings;
  }

  Instant now() {
    return now;
  }

  boolean pipelineVerified() {
    return pipelineVerified;
  }

  List<Workload> workloads() {
    return List.copyOf(workloads.values());
  }

  Workload workload(Member member) {
    return workloads.get(member.name());
  }

  List<Member> members() {
    return workloads.values().stream().map(w -> Member.of(w.object)).toList();
  }

  Decision decide(List<Member> members) {
    return RolloutDecision.next(plan(), release(), members, pipelineVerified, now);
  }

  /** How many are proven with the present settings, for so long or longer. */
  long proven(Duration atLeast) {
    return workloads.values().stream()
        .filter(w -> release().equals(w.provenWith))
        .filter(w -> !w.provenSince.plus(atLeast).isAfter(now))
        .count();
  }

  /** Grants what was decided; an operator that dies in between has granted less. */
  void grant(List<Member> admitted) {
    for (Member member : admitted) {
      Workload workload = workload(member);
      workload.moving = member.candidate().orElseThrow();
      workload.object.setSpec(new TracedWorkloadSpec(null, null, workload.moving));
    }
  }

  void label(int name, Nature nature, boolean offered) {
    TracedWorkload object = new TracedWorkload();
    object.setMetadata(
        new ObjectMetaBuilder().withNamespace("shop").withName("w%03d".formatted(name)).build());
    object.setSpec(new TracedWorkloadSpec(null, null, null));
    object.setStatus(TracedWorkloadStatus.empty());
    workloads.putIfAbsent(object.getMetadata().getName(), new Workload(object, nature, offered));
  }

  void unlabel(Workload workload) {
    workloads.remove(workload.object.getMetadata().getName());
  }

  void changeSettings() {
    settings++;
  }

  void pause(boolean yes) {
    paused = yes;
  }

  boolean paused() {
    return paused;
  }

  void verifyPipeline(boolean yes) {
    pipelineVerified = yes;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  void passUntil(Instant time) {
    now = List.of(now, time).stream().max(Comparator.naturalOrder()).orElseThrow();
  }

  /** Everything but the objects is lost. */
  void restart() {
    workloads
        .values()
        .forEach(w -> w.object = Yaml.read(Yaml.write(w.object), TracedWorkload.class));
  }

  /** The owner rolls the workload out, or that has ended. */
  void ownRollout(Workload workload, boolean goesOn) {
    TracedWorkloadStatus status = workload.status();
    if (status.candidate() != null) {
      Turn asked = status.candidate();
      write(
          workload,
          status.state(),
          turn(workload, asked.number(), asked.release(), goesOn),
          status.taken(),
          status.reverted());
    }
  }

  /** Somebody mends what failed, and asks for another try. */
  void retry(Workload workload) {
    TracedWorkloadStatus status = workload.status();
    if (!workload.moves() && status.reverted() != null && status.candidate() == null) {
      workload.nature = Nature.HEALTHY;
      ask(workload, null);
    }
  }

  /**
   * The next step of a workload's journey.
   *
   * @param traffic whether a quiet one gets a request
   */
  void work(Workload workload, boolean traffic) {
    TracedWorkloadStatus status = workload.status();
    Turn asked = status.candidate();
    Reverted reverted = status.reverted();
    if (reverted != null && !reverted.recovered()) {
      workload.moving = null;
      write(workload, Reason.REVERTED, status.taken(), reverted(reverted.release(), true));
    } else if (asked != null && !asked.release().equals(release())) {
      workload.moving = null;
      write(
          workload,
          status.state(),
          turn(workload, asked.number(), release(), asked.riding()),
          status.taken(),
          reverted);
    } else if (asked != null && workload.moves()) {
      forgetProof(workload);
      write(workload, Reason.PROGRESSING, asked, null);
    } else if (workload.moves()) {
      podsAreReplaced(workload);
    } else if (asked == null && !release().equals(lastTried(status))) {
      ask(workload, reverted);
    } else if (traffic && Reason.AWAITING_TRAFFIC.apiName().equals(status.state())) {
      prove(workload);
    }
  }

  boolean settled() {
    return workloads.values().stream()
        .allMatch(
            w ->
                !w.moves()
                    && w.status().candidate() == null
                    && release().equals(lastTried(w.status())));
  }

  private void podsAreReplaced(Workload workload) {
    Turn taken = workload.status().taken();
    switch (workload.nature) {
      case HEALTHY -> {
        workload.moving = null;
        prove(workload);
      }
      case QUIET -> {
        workload.moving = null;
        write(workload, Reason.AWAITING_TRAFFIC, taken, null);
      }
      case FAILING -> write(workload, Reason.REVERTING, taken, reverted(taken.release(), false));
    }
  }

  private void prove(Workload workload) {
    workload.provenSince = now;
    workload.provenWith = workload.status().taken().release();
    write(workload, Reason.TRACED, workload.status().taken(), null);
  }

  private static void forgetProof(Workload workload) {
    workload.provenSince = null;
    workload.provenWith = null;
  }

  private void ask(Workload workload, Reverted reverted) {
    TracedWorkloadStatus status = workload.status();
    long number = status.taken() == null ? 1 : status.taken().number() + 1;
    write(
        workload,
        Reason.WAITING_FOR_SLOT.apiName(),
        turn(workload, number, release(), false),
        status.taken(),
        reverted);
    // A workload that waits is healthy, but no longer counts as a canary.
    workload.provenWith = null;
  }

  private static String lastTried(TracedWorkloadStatus status) {
    return status.reverted() != null
        ? status.reverted().release()
        : status.taken() == null ? "none" : status.taken().release();
  }

  private static Turn turn(Workload workload, long number, String release, boolean riding) {
    return new Turn(number, "content-" + release, "template", release, workload.offered, riding);
  }

  private static Reverted reverted(String release, boolean recovered) {
    return new Reverted(
        "content-" + release,
        "template",
        release,
        Reason.CRASH_LOOP.apiName(),
        null,
        true,
        recovered,
        null,
        null);
  }

  private static void write(Workload workload, Reason state, Turn taken, Reverted reverted) {
    write(workload, state.apiName(), null, taken, reverted);
  }

  private static void write(
      Workload workload, String state, Turn candidate, Turn taken, Reverted reverted) {
    boolean injected = taken != null && reverted == null;
    workload.object.setStatus(
        new TracedWorkloadStatus(
            null,
            state,
            null,
            null,
            null,
            candidate,
            taken,
            null,
            null,
            null,
            null,
            null,
            null,
            reverted,
            null,
            null,
            null,
            List.of(
                condition(ConditionType.INJECTED, injected, null),
                condition(
                    ConditionType.TRACED, workload.provenSince != null, workload.provenSince))));
  }

  private static Condition condition(ConditionType type, boolean holds, Instant since) {
    return new ConditionBuilder()
        .withType(type.apiName())
        .withStatus(holds ? "True" : "False")
        .withLastTransitionTime(since == null ? null : since.toString())
        .build();
  }
}
