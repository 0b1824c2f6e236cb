package neox.train.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.train.heartbeat.Beat;
import neox.train.heartbeat.JobBeat;

/// Runs the ranks of a job: starts them, watches them, hands signals on, and takes all down when
/// one fails, with one message that says which, and why. Where that is wanted, it starts them
/// again.
///
/// The ranks die with it, whatever happens to it. It belongs to the main thread.
public final class Agent {
  /// The command, as its messages begin.
  static final String TOOL = "neox-train";

  private static final long PERIOD_MILLIS = 50;

  private final AgentPlan plan;
  private final Console console;
  private final StopRequest stop;
  private final Judge judge;
  private final long startedAtMillis = System.currentTimeMillis();

  private Agent(AgentPlan plan, Console console, StopRequest stop) {
    this.plan = plan;
    this.console = console;
    this.stop = stop;
    this.judge = new Judge(plan.limits());
  }

  /// Runs the ranks to their end; returns the exit code of the job.
  ///
  /// @param stop what asks this process to stop, and so the ranks
  public static int run(AgentPlan plan, Console console, StopRequest stop)
      throws IOException, InterruptedException {
    LocalCrew own = new LocalCrew(plan, console);
    if (!plan.ranks().isFirst(0)) {
      try (own) {
        return new Member(plan, console, stop).run(own);
      } catch (StoppedException e) {
        return ExitCode.STOPPED;
      }
    }
    try (Crew crew = plan.ranks().isAlone() ? own : AllCrews.meet(plan, own, stop);
        Reports reports = Reports.open(plan.logs(), console)) {
      int code = new Agent(plan, console, stop).run(crew, reports);
      crew.leave(code);
      return code;
    } catch (StoppedException e) {
      return ExitCode.STOPPED;
    }
  }

  private int run(Crew crew, Reports reports) throws IOException, InterruptedException {
    Restarts restarts = Restarts.atMost(plan.maxRestarts());
    for (int restart = 0; ; restart++) {
      Outcome outcome = attempt(crew, reports, restart);
      switch (outcome.verdict()) {
        case Verdict.Over(int code) -> {
          return code;
        }
        case Verdict.Stopped(String message) -> {
          console.info("%s", message);
          return ExitCode.STOPPED;
        }
        case Verdict.Failed failed -> {
          switch (decide(failed, outcome.step(), restarts)) {
            case Restarts.GiveUp(String why) -> {
              return fail(failed, why);
            }
            case Restarts.Again(Duration pause, Restarts after) -> {
              restarts = after;
              console.warn(
                  "%s; starting all ranks again from the last complete checkpoint (%d of at most"
                      + " %d)",
                  failed.message(), after.atMillis().size(), plan.maxRestarts());
              if (!waits(pause)) {
                return ExitCode.STOPPED;
              }
            }
          }
        }
      }
    }
  }

  private Restarts.Decision decide(Verdict.Failed failed, long step, Restarts restarts) {
    return switch (failed.remedy()) {
      case NONE -> new Restarts.GiveUp("");
      case RESTART ->
          stop.requested()
              ? new Restarts.GiveUp("")
              : restarts.afterFailureAt(step, System.currentTimeMillis());
    };
  }

  private int fail(Verdict.Failed failed, String why) {
    console.fail(TOOL, failed.message() + (why.isEmpty() ? "" : "; " + why));
    return failed.code();
  }

  /// False when the run is asked to stop meanwhile.
  private boolean waits(Duration pause) throws InterruptedException {
    long endNanos = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() < endNanos && !stop.requested()) {
      Thread.sleep(PERIOD_MILLIS);
    }
    return !stop.requested();
  }

  /// @param step the last that any rank has taken
  private record Outcome(Verdict verdict, long step) {}

  private Outcome attempt(Crew crew, Reports reports, int restart)
      throws IOException, InterruptedException {
    crew.begin(new Attempt.Start(port(), restart, startedAtMillis));
    boolean stopping = false;
    while (true) {
      List<RankView> ranks = crew.views();
      Optional<Verdict> verdict = judge.judge(ranks, System.currentTimeMillis());
      reports.tell(verdict.isEmpty() ? JobBeat.RUNNING : JobBeat.ENDED, restart, ranks);
      if (verdict.isPresent()) {
        crew.end();
        return new Outcome(verdict.get(), step(ranks));
      }
      if (stop.requested() && !stopping) {
        stopping = true;
        crew.stop();
      }
      Thread.sleep(PERIOD_MILLIS);
    }
  }

  private static long step(List<RankView> ranks) {
    return ranks.stream()
        .flatMap(rank -> rank.beat().stream())
        .mapToLong(Beat::step)
        .max()
        .orElse(0);
  }

  /// Another for each attempt: of the last, some rank on another host may still be about. Where the
  /// agents of several hosts meet is taken.
  private int port() throws IOException {
    HostRanks ranks = plan.ranks();
    try (ServerSocket free =
        ranks.isAlone()
            ? new ServerSocket(0, 1, InetAddress.getByName(ranks.masterAddress()))
            : new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }
}
