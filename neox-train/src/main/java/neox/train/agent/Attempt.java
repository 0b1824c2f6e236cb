package neox.train.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.base.Console;
import neox.base.Environment;

/// The ranks of this host from a start to their end. Closing it leaves no process behind.
final class Attempt implements AutoCloseable {
  private final List<RankProcess> processes = new ArrayList<>();
  private final long memoryKills = MemoryKills.count();

  /// Which attempt it is.
  ///
  /// @param port at which the ranks of all hosts meet
  /// @param restarts how often they have been started before
  /// @param jobStartMillis when they were started for the first time
  record Start(int port, int restarts, long jobStartMillis) {}

  /// Starts all ranks.
  ///
  /// @param beats directory of the heartbeats
  static Attempt start(AgentPlan plan, Start start, Path beats, Console console)
      throws IOException {
    Attempt attempt = new Attempt();
    try {
      RankEnvironment environment =
          new RankEnvironment(
              plan.ranks(), start, beats, Runtime.getRuntime().availableProcessors());
      for (int local = 0; local < plan.ranks().here(); local++) {
        Files.deleteIfExists(environment.beat(local));
        attempt.processes.add(start(plan, environment, local, console));
      }
      return attempt;
    } catch (IOException | RuntimeException e) {
      attempt.close();
      throw e;
    }
  }

  private static RankProcess start(
      AgentPlan plan, RankEnvironment environment, int local, Console console) throws IOException {
    HostRanks ranks = plan.ranks();
    int rank = ranks.first() + local;
    Map<String, String> variables = environment.of(local, Environment.all());
    RankLog log =
        RankLog.open(
            plan.logs(),
            rank,
            "rank %d (%s)".formatted(rank, ranks.host()),
            ranks.isFirst(local) ? RankLog.Voice.AS_IT_IS : RankLog.Voice.ERRORS_ALONE,
            console);
    try {
      log.note(
          "--- rank %d of %d on %s, restart %d"
              .formatted(rank, ranks.worldSize(), ranks.host(), environment.start().restarts()));
      return RankProcess.start(
          plan.command(),
          variables,
          new RankProcess.Place(rank, ranks.host(), environment.beat(local), log));
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /// What is known of each rank here, in order.
  List<RankView> views() {
    boolean outOfMemory = MemoryKills.count() > memoryKills;
    return processes.stream().map(process -> process.view(outOfMemory)).toList();
  }

  /// Asks all ranks to save and to end.
  void stop() {
    processes.forEach(RankProcess::stop);
  }

  /// Kills what still runs, all before any is waited for.
  @Override
  public void close() throws IOException {
    processes.forEach(RankProcess::kill);
    for (RankProcess process : processes) {
      process.close();
    }
  }
}
