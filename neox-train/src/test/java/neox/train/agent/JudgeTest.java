package neox.train.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import neox.base.ExitCode;
import neox.train.agent.RankView.Ended;
import neox.train.agent.RankView.Life;
import neox.train.agent.RankView.Running;
import neox.train.agent.Verdict.Failed;
import neox.train.agent.Verdict.Over;
import neox.train.agent.Verdict.Remedy;
import neox.train.agent.Verdict.Stopped;
import neox.train.heartbeat.Beat;
import neox.train.heartbeat.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTest {
  private static final long NOW = 1_000_000_000;
  private static final Stopped STOPPED =
      new Stopped(
          "stopped because rank 1 (host1) was asked to; run the same command again to continue");
  private final Judge judge = new Judge(Limits.USUAL);

  @Test
  void letsRanksRunThatGetOnWithTheirWork() {
    assertThat(judge(running(0, 0, 0, Phase.STEP), running(1, 1, 20, Phase.STEP))).isEmpty();
  }

  @Test
  void isOverWhenAllHaveEnded() {
    assertThat(judge(ended(0, 0), ended(1, 0))).contains(new Over(ExitCode.OK));
    assertThat(judge(ended(0, 75), ended(1, 75))).contains(new Over(ExitCode.STOPPED));
    assertThat(judge(ended(0, 0), running(1, 0, 0, Phase.ENDING))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {129, 130, 138, 143})
  void takesASignalBeforeARankCouldListenForARequestToStop(int code) {
    assertThat(judge(running(0, 0, 0, Phase.STARTING), ended(1, code))).contains(STOPPED);
  }

  @Test
  void takesTheEndOfARankThatWaitedForTheOthersForARequestToStop() {
    RankView gone = ended(1, ExitCode.STOPPED, LastWords.NONE, NOW - 700);
    assertThat(judge(running(0, 0, 0, Phase.STARTING), gone)).contains(STOPPED);
    assertThat(judge(running(0, 1, 1, Phase.STARTING), gone))
        .as("may have begun to load since it was heard last")
        .isEmpty();
    assertThat(judge(running(0, 0, 0, Phase.SAVE), gone)).as("saves what it has").isEmpty();
    assertThat(judge(ended(0, ExitCode.PEER_LOST), gone))
        .as("has lost the one that was asked")
        .contains(STOPPED);
  }

  @Test
  void namesRankHostSignalPhaseAndWhatMayHaveKilled() {
    assertThat(message(running(0, 0, 0, Phase.STEP), ended(1, 137)))
        .isEqualTo(
            "rank 1 (host1) was killed by SIGKILL in step 12: somebody killed it, or the kernel did"
                + " for want of memory (its log, dmesg, says so)");
    LastWords shortOfMemory = new LastWords(List.of(), Optional.empty(), true);
    assertThat(message(running(0, 0, 0, Phase.STEP), ended(1, 137, shortOfMemory)))
        .isEqualTo(
            "rank 1 (host1) was killed by SIGKILL in step 12: killed by the kernel for memory; use"
                + " a smaller micro-batch or model");
  }

  @Test
  void tellsTheLastErrorOfARankThatFailed() {
    LastWords report = new LastWords(List.of("internal error:", "    java.Oops"), line("x"), false);
    assertThat(message(running(0, 0, 0, Phase.STEP), ended(1, 1, report)))
        .isEqualTo("rank 1 (host1) failed with exit code 1 in step 12: internal error: java.Oops");
    LastWords crash = new LastWords(List.of(), line("SIGSEGV (0xb) at pc=0x0"), false);
    assertThat(message(running(0, 0, 0, Phase.STEP), ended(1, 134, crash)))
        .isEqualTo("rank 1 (host1) was killed by SIGABRT in step 12: SIGSEGV (0xb) at pc=0x0");
    assertThat(message(running(0, 0, 0, Phase.STEP), ended(1, 3)))
        .isEqualTo("rank 1 (host1) failed with exit code 3 in step 12");
  }

  @Test
  void tellsAMistakeOfTheCallersInItsOwnWords() {
    LastWords mistake =
        new LastWords(
            List.of("a.yml:3: no such key", "a.yml:4: nor this"), Optional.empty(), false);
    assertThat(judge(ended(0, 2, mistake), ended(1, 2, mistake)))
        .contains(new Failed(2, "a.yml:3: no such key\na.yml:4: nor this", Remedy.NONE));
    assertThat(judge(running(0, 0, 0, Phase.LOADING), ended(1, 2, mistake)))
        .as("the first may say so, too, in a moment")
        .isEmpty();
    RankView alone = ended(1, 2, mistake, NOW - 3_100);
    assertThat(judge(running(0, 0, 0, Phase.LOADING), alone))
        .contains(
            new Failed(2, "rank 1 (host1): a.yml:3: no such key\na.yml:4: nor this", Remedy.NONE));
  }

  @Test
  void doesNotTakeThoseWhoLostAPeerForTheCulprit() {
    LastWords lost = new LastWords(List.of("connection closed"), Optional.empty(), false);
    RankView follower = ended(0, 76, lost, NOW - 1_900);
    assertThat(judge(follower, running(1, 0, 0, Phase.STEP))).isEmpty();
    assertThat(message(follower, ended(1, 137))).startsWith("rank 1 (host1) was killed");
    assertThat(message(ended(0, 1, lost, NOW - 100), ended(1, 134, LastWords.NONE, NOW - 200)))
        .as("the first that failed")
        .startsWith("rank 1");
  }

  @Test
  void namesWhoLostAPeerWhenNobodyElseIsAtFault() {
    LastWords lost =
        new LastWords(List.of("rank 0 of group data[0, 1]: closed"), Optional.empty(), false);
    assertThat(message(ended(0, 76, lost, NOW - 3_100), running(1, 0, 0, Phase.STEP)))
        .isEqualTo(
            "rank 0 (host0) lost its connection to another rank in step 12: rank 0 of group"
                + " data[0, 1]: closed");
    assertThat(judge(ended(0, 76, lost), ended(1, 76, lost))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"19, false", "21, true"})
  void noticesThatAProcessIsStopped(int seconds, boolean noticed) {
    RankView stopped =
        new RankView(
            1, "host1", new Running(0, true), Optional.of(beat(seconds, 0, Phase.STEP, false)));
    RankView waits = running(0, 0, seconds, Phase.STEP, true);
    assertThat(judge(waits, stopped).isPresent()).isEqualTo(noticed);
    if (noticed) {
      assertThat(message(waits, stopped))
          .isEqualTo(
              "rank 1 (host1) gives no sign of life for 21 s in step 12: its process was stopped by"
                  + " a signal (SIGSTOP)");
    }
  }

  @Test
  void noticesThatAProcessIsStoppedBeforeItsFirstBeat() {
    Life stopped = new Running(NOW - 21_000, true);
    Life slow = new Running(NOW - 60_000, false);
    assertThat(judge(new RankView(0, "h", stopped, Optional.empty()))).isPresent();
    assertThat(judge(new RankView(0, "h", slow, Optional.empty()))).isEmpty();
  }

  @Test
  void blamesTheRankThatHangsNotThoseThatWaitForIt() {
    assertThat(
            message(
                running(0, 0, 40, Phase.STEP, true),
                running(1, 0, 26, Phase.STEP, false),
                running(2, 0, 40, Phase.STEP, true)))
        .isEqualTo("rank 1 (host1) makes no progress for 26 s in step 12 at A.b (A.java:1)");
  }

  @Test
  void saysThatAllWaitForEachOther() {
    assertThat(message(running(0, 0, 40, Phase.STEP, true), running(1, 0, 26, Phase.STEP, true)))
        .contains("; all ranks wait for each other, this one came least far");
    assertThat(judge(running(0, 0, 40, Phase.STEP, true), running(1, 0, 9, Phase.STEP, true)))
        .as("the second may be computing again soon")
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"STEP", "EVALUATION"},
      mode = EnumSource.Mode.EXCLUDE)
  void doesNotTakeWhatIsLongByNatureForAHang(Phase phase) {
    assertThat(judge(running(0, 0, 40, phase))).isEmpty();
    long tooLong = phase.patience().toSeconds() + 1;
    assertThat(judge(running(0, 0, tooLong, phase))).isPresent();
  }

  @Test
  void givesStepsTimeThatAlwaysTakeLong() {
    Beat slow = new Beat(1, NOW, NOW - 80_000, Phase.STEP, 3, 9, 7, 30_000, false, "");
    RankView rank = new RankView(0, "h", new Running(0, false), Optional.of(slow));
    assertThat(judge(rank)).isEmpty();
    assertThat(judge.judge(List.of(rank), NOW + 11_000)).isPresent();
  }

  @Test
  void hasLimitsThatCanBeSet() {
    Limits slow =
        new Limits(
            Duration.ofSeconds(100),
            Optional.of(Duration.ofSeconds(50)),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5));
    Judge patient = new Judge(slow);
    assertThat(patient.judge(List.of(running(0, 90, 40, Phase.STEP)), NOW)).isEmpty();
    assertThat(patient.judge(List.of(running(0, 0, 51, Phase.STEP)), NOW)).isPresent();
    assertThat(patient.judge(List.of(running(0, 101, 0, Phase.STEP)), NOW)).isPresent();
    assertThat(slow.progressIn(Phase.DATA)).isEqualTo(Phase.DATA.patience());
  }

  @Test
  void doesNotWaitForEverForRanksThatDoNotEnd() {
    assertThat(message(ended(0, 0, LastWords.NONE, NOW - 61_000), running(1, 0, 0, Phase.ENDING)))
        .isEqualTo("rank 1 (host1) has not ended 60 s after rank 0 (host0)");
  }

  private Optional<Verdict> judge(RankView... ranks) {
    return judge.judge(List.of(ranks), NOW);
  }

  private String message(RankView... ranks) {
    return judge(ranks).map(verdict -> ((Failed) verdict).message()).orElseThrow();
  }

  private static Optional<String> line(String text) {
    return Optional.of(text);
  }

  private static RankView ended(int rank, int code) {
    return ended(rank, code, LastWords.NONE);
  }

  private static RankView ended(int rank, int code, LastWords words) {
    return ended(rank, code, words, NOW);
  }

  private static RankView ended(int rank, int code, LastWords words, long at) {
    return new RankView(
        rank,
        "host" + rank,
        new Ended(code, at, words),
        Optional.of(beat(0, 0, Phase.STEP, false)));
  }

  private static RankView running(int rank, long silent, long still, Phase phase) {
    return running(rank, silent, still, phase, false);
  }

  private static RankView running(int rank, long silent, long still, Phase phase, boolean waiting) {
    return new RankView(
        rank,
        "host" + rank,
        new Running(NOW - 100_000, false),
        Optional.of(beat(silent, still, phase, waiting)));
  }

  private static Beat beat(long silent, long still, Phase phase, boolean waiting) {
    return new Beat(
        1,
        NOW - silent * 1000,
        NOW - still * 1000,
        phase,
        11,
        100,
        7,
        5_000,
        waiting,
        still > 2 ? "A.b (A.java:1)" : "");
  }
}
