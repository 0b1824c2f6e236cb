package neox.train.agent;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.train.agent.RankView.Ended;
import neox.train.agent.RankView.Lost;
import neox.train.agent.RankView.Running;
import neox.train.agent.Verdict.Failed;
import neox.train.agent.Verdict.Remedy;
import neox.train.heartbeat.Beat;
import neox.train.heartbeat.Phase;

/// Decides from what is known of all ranks whether they may go on, and whose fault it is if not. A
/// function of its arguments alone.
///
/// A rank that fails takes its peers with it: their connections break, or they wait. So a rank that
/// has lost a peer is believed to be at fault only when nobody else is, and one that waits for
/// others hangs only when all wait.
record Judge(Limits limits) {
  /// Where one micro-batch takes a minute, nothing hangs after half of that.
  private static final long LONGER_THAN_EVER = 3;

  /// Nothing as long as the ranks may go on.
  Optional<Verdict> judge(List<RankView> ranks, long nowMillis) {
    return firstFailure(ranks, nowMillis)
        .or(() -> lostHost(ranks))
        .or(() -> requestToStop(ranks))
        .or(() -> silent(ranks, nowMillis))
        .or(() -> lostPeer(ranks, nowMillis))
        .or(() -> stuck(ranks, nowMillis))
        .or(() -> end(ranks, nowMillis));
  }

  private Optional<Verdict> firstFailure(List<RankView> ranks, long nowMillis) {
    return ended(ranks)
        .filter(rank -> isFailure(code(rank)))
        .min(Comparator.comparingLong(Judge::endedAt))
        .filter(rank ->
            code(rank) != ExitCode.USAGE
                || isOfAll(rank, ranks)
                || nowMillis - endedAt(rank)
                    > limits.culprit().toMillis()) // others may say it, too
        .map(rank -> failure(rank, ranks));
  }

  private static boolean isFailure(int code) {
    return code != ExitCode.OK
        && code != ExitCode.STOPPED
        && code != ExitCode.PEER_LOST
        && !ExitStatus.isRequestToStop(code);
  }

  /// The caller's mistake is told in the words of the rank alone, which all ranks would use.
  private static Verdict failure(RankView rank, List<RankView> ranks) {
    Ended end = (Ended) rank.life();
    if (end.code() == ExitCode.USAGE) {
      String words =
          end.words().failure().isEmpty()
              ? rank.name() + " refuses to run, and does not say why"
              : String.join("\n", end.words().failure());
      return new Failed(
          ExitCode.USAGE, isOfAll(rank, ranks) ? words : rank.name() + ": " + words, Remedy.NONE);
    }
    String what = rank.name() + " " + ExitStatus.describe(end.code()) + during(rank);
    return new Failed(
        ExitStatus.isKill(end.code()) ? ExitCode.FAILED : end.code(),
        cause(end).map(why -> what + ": " + why).orElse(what),
        Remedy.RESTART);
  }

  /// Whether it is the first rank's, which speaks for all, or several have it.
  @SuppressWarnings("ReferenceEquality") // one of the list
  private static boolean isOfAll(RankView rank, List<RankView> ranks) {
    List<String> words = ((Ended) rank.life()).words().failure();
    return rank == ranks.getFirst()
        || ended(ranks)
                .filter(other -> ((Ended) other.life()).words().failure().equals(words))
                .count()
            > 1;
  }

  private static Optional<String> cause(Ended end) {
    LastWords words = end.words();
    if (words.outOfMemory() && ExitStatus.isKill(end.code())) {
      return Optional.of("killed by the kernel for memory; use a smaller micro-batch or model");
    }
    if (ExitStatus.isKill(end.code())) {
      return Optional.of(
          "somebody killed it, or the kernel did for want of memory (its log, dmesg, says so)");
    }
    return words.inShort();
  }

  /// No other attempt can be made: nobody starts the agent of a host again.
  private static Optional<Verdict> lostHost(List<RankView> ranks) {
    return ranks.stream()
        .filter(rank -> rank.life() instanceof Lost)
        .findFirst()
        .map(rank ->
            new Failed(
                ExitCode.FAILED,
                "host %s is lost%s: %s"
                    .formatted(rank.host(), during(rank), ((Lost) rank.life()).why()),
                Remedy.NONE));
  }

  /// A rank that gets such a signal in the moment before it can listen, or while it waits for the
  /// others to come, has taken no step, and neither have the others.
  private static Optional<Verdict> requestToStop(List<RankView> ranks) {
    return ended(ranks)
        .filter(rank ->
            ExitStatus.isRequestToStop(code(rank))
                || (code(rank) == ExitCode.STOPPED && outlivedByOneThatStarts(rank, ranks)))
        .findFirst()
        .map(Judge::stopped);
  }

  private static Verdict stopped(RankView rank) {
    return new Verdict.Stopped(
        "stopped because %s was asked to; run the same command again to continue"
            .formatted(rank.name()));
  }

  private static boolean outlivedByOneThatStarts(RankView gone, List<RankView> ranks) {
    return running(ranks)
        .flatMap(rank -> rank.beat().stream())
        .anyMatch(beat -> beat.phase() == Phase.STARTING && beat.atMillis() > endedAt(gone));
  }

  private Optional<Verdict> silent(List<RankView> ranks, long nowMillis) {
    return running(ranks)
        .filter(rank -> silenceMillis(rank, nowMillis) > limits.silence().toMillis())
        .max(Comparator.comparingLong(rank -> silenceMillis(rank, nowMillis)))
        .flatMap(rank ->
            Verdict.failed(
                ExitCode.FAILED,
                "%s gives no sign of life for %d s%s%s"
                    .formatted(
                        rank.name(),
                        silenceMillis(rank, nowMillis) / 1000,
                        during(rank),
                        ((Running) rank.life()).stopped()
                            ? ": its process was stopped by a signal (SIGSTOP)"
                            : ": its process, or its machine, hangs")));
  }

  /// A rank whose heart has not begun to beat has the time of a start, unless it is stopped.
  private long silenceMillis(RankView rank, long nowMillis) {
    Running running = (Running) rank.life();
    long ofStart = running.stopped() ? 0 : limits.progressIn(Phase.STARTING).toMillis();
    return rank.beat()
        .map(beat -> nowMillis - beat.atMillis())
        .orElseGet(() -> nowMillis - running.sinceMillis() - ofStart);
  }

  private Optional<Verdict> lostPeer(List<RankView> ranks, long nowMillis) {
    Optional<RankView> first =
        ended(ranks)
            .filter(rank -> code(rank) == ExitCode.PEER_LOST)
            .min(Comparator.comparingLong(Judge::endedAt));
    return first
        .filter(rank -> nowMillis - endedAt(rank) > limits.culprit().toMillis())
        .filter(_ -> running(ranks).noneMatch(rank -> ((Running) rank.life()).stopped()))
        .flatMap(rank ->
            Verdict.failed(
                ExitCode.FAILED,
                "%s lost its connection to another rank%s: %s"
                    .formatted(
                        rank.name(),
                        during(rank),
                        cause((Ended) rank.life()).orElse("no reason"))));
  }

  private Optional<Verdict> stuck(List<RankView> ranks, long nowMillis) {
    List<RankView> still = running(ranks).filter(rank -> isStill(rank, nowMillis)).toList();
    Optional<RankView> culprit =
        still.stream()
            .filter(rank -> rank.beat().filter(Beat::waiting).isEmpty())
            .max(Comparator.comparingLong(rank -> stillMillis(rank, nowMillis)));
    if (culprit.isPresent()) {
      return stuck(culprit.get(), nowMillis, "");
    }
    boolean all = !still.isEmpty() && still.size() == running(ranks).count();
    return all
        ? still.stream()
            .min(Comparator.comparingLong(rank -> rank.beat().map(Beat::progress).orElse(0L)))
            .flatMap(rank ->
                stuck(rank, nowMillis, "; all ranks wait for each other, this one came least far"))
        : Optional.empty();
  }

  private boolean isStill(RankView rank, long nowMillis) {
    return rank.beat()
        .map(beat -> stillMillis(rank, nowMillis) > patienceMillis(beat))
        .orElse(false);
  }

  private long patienceMillis(Beat beat) {
    return Math.max(
        limits.progressIn(beat.phase()).toMillis(), LONGER_THAN_EVER * beat.longestMillis());
  }

  private static long stillMillis(RankView rank, long nowMillis) {
    return rank.beat().map(beat -> nowMillis - beat.progressAtMillis()).orElse(0L);
  }

  private static Optional<Verdict> stuck(RankView rank, long nowMillis, String more) {
    String where =
        rank.beat().map(Beat::where).filter(call -> !call.isEmpty()).map(" at "::concat).orElse("");
    return Verdict.failed(
        ExitCode.FAILED,
        "%s makes no progress for %d s%s%s%s"
            .formatted(
                rank.name(), stillMillis(rank, nowMillis) / 1000, during(rank), where, more));
  }

  /// All have ended; or one has long ago, and the others do not.
  private Optional<Verdict> end(List<RankView> ranks, long nowMillis) {
    if (running(ranks).findAny().isEmpty()) {
      if (ended(ranks).noneMatch(rank -> code(rank) == ExitCode.PEER_LOST)) {
        int most = ended(ranks).mapToInt(Judge::code).max().orElse(ExitCode.OK);
        return Optional.of(new Verdict.Over(most));
      }
      return ended(ranks)
          .filter(rank -> code(rank) == ExitCode.STOPPED)
          .findFirst()
          .map(Judge::stopped); // it was this one that the others lost
    }
    return ended(ranks)
        .filter(rank -> nowMillis - endedAt(rank) > limits.end().toMillis())
        .findFirst()
        .flatMap(first ->
            running(ranks)
                .findFirst()
                .flatMap(rank ->
                    Verdict.failed(
                        ExitCode.FAILED,
                        "%s has not ended %d s after %s"
                            .formatted(rank.name(), limits.end().toSeconds(), first.name()))));
  }

  private static String during(RankView rank) {
    return rank.beat().map(beat -> " in " + beat.doing()).orElse("");
  }

  private static Stream<RankView> ended(List<RankView> ranks) {
    return ranks.stream().filter(rank -> rank.life() instanceof Ended);
  }

  private static Stream<RankView> running(List<RankView> ranks) {
    return ranks.stream().filter(rank -> rank.life() instanceof Running);
  }

  private static int code(RankView rank) {
    return ((Ended) rank.life()).code();
  }

  private static long endedAt(RankView rank) {
    return ((Ended) rank.life()).atMillis();
  }
}
