package io.tracingstack.operator.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The members of a stack, counted in one pass.
 *
 * @param waiting who asks for a turn, in the order of their turns
 * @param running who is on the way, to the change or back from it, in the same order
 * @param failed whose change of the present release was undone, in the same order
 * @param passed how many have been proven with the present release for the soak
 * @param soaking until when the others proven with it must stay so, earliest first
 * @param reverting how many of the running are on their way back
 */
record Census(
    List<Member> waiting,
    List<Member> running,
    List<Member> failed,
    int passed,
    List<Instant> soaking,
    int reverting) {

  static Census of(Collection<Member> members, String release, Duration soak, Instant now) {
    List<Member> waiting = new ArrayList<>();
    List<Member> running = new ArrayList<>();
    List<Member> failed = new ArrayList<>();
    List<Instant> soaking = new ArrayList<>();
    int passed = 0;
    int reverting = 0;
    for (Member member : members) {
      if (member.phase() == Member.Phase.WAITING) {
        waiting.add(member);
      }
      if (member.occupiesSlot()) {
        running.add(member);
      }
      if (member.phase() == Member.Phase.REVERTING) {
        reverting++;
      }
      if (member.failedRelease().filter(release::equals).isPresent()) {
        failed.add(member);
      }
      if (member.provenWith(release)) {
        Instant until = member.provenSince().orElseThrow().plus(soak);
        if (until.isAfter(now)) {
          soaking.add(until);
        } else {
          passed++;
        }
      }
    }
    waiting.sort(Member.ORDER);
    running.sort(Member.ORDER);
    failed.sort(Member.ORDER);
    Collections.sort(soaking);
    return new Census(waiting, running, failed, passed, soaking, reverting);
  }

  /** How many must have passed before all others may go: no more than ever could. */
  int canariesNeeded(int wanted) {
    return Math.min(wanted, waiting.size() + running.size() - reverting + passed + soaking.size());
  }

  /** When so many will have passed, if nothing happens to those that are proven now. */
  Optional<Instant> whenPassed(int needed) {
    int missing = needed - passed;
    return missing > 0 && missing <= soaking.size()
        ? Optional.of(soaking.get(missing - 1))
        : Optional.empty();
  }
}
