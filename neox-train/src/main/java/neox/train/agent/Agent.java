package neox.train.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.StopRequest;

/// Runs the ranks of one host: starts them, watches them, hands signals on, and takes all down when
/// one fails, with one message that says which, and why.
///
/// The ranks die with it, whatever happens to it. It belongs to the main thread.
public final class Agent {
  /// The command, as its messages begin.
  private static final String TOOL = "neox-train";

  private static final long PERIOD_MILLIS = 50;

  private final AgentPlan plan;
  private final Console console;
  private final StopRequest stop;
  private final Judge judge;

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
    return new Agent(plan, console, stop).run();
  }

  private int run() throws IOException, InterruptedException {
    Path beats = Files.createTempDirectory("neox-train-");
    try {
      return switch (attempt(beats)) {
        case Verdict.Over(int code) -> code;
        case Verdict.Failed failed -> fail(failed);
      };
    } finally {
      AtomicDirectory.deleteTree(beats);
    }
  }

  private int fail(Verdict.Failed failed) {
    console.fail(TOOL, failed.message());
    return failed.code();
  }

  private Verdict attempt(Path beats) throws IOException, InterruptedException {
    try (Attempt attempt = Attempt.start(plan, port(), beats, console)) {
      boolean stopping = false;
      while (true) {
        Optional<Verdict> verdict = judge.judge(attempt.views(), System.currentTimeMillis());
        if (verdict.isPresent()) {
          return verdict.get();
        }
        if (stop.requested() && !stopping) {
          stopping = true;
          attempt.stop();
        }
        Thread.sleep(PERIOD_MILLIS);
      }
    }
  }

  /// Another for each attempt: of the last, some rank on another host may still be about.
  private int port() throws IOException {
    if (plan.ranks().masterPort() > 0) {
      return plan.ranks().masterPort();
    }
    try (ServerSocket free =
        new ServerSocket(0, 1, InetAddress.getByName(plan.ranks().masterAddress()))) {
      return free.getLocalPort();
    }
  }
}
