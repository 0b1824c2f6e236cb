package neox.train.launch;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.UserException;

/// One ssh for each host, each with an agent at its end. They start and end together.
///
/// The agents hear this process on their standard input: a line asks them to stop, and its end,
/// which comes with the end of this process or of the network between, ends them.
final class SshJob {
  private static final String TOOL = "neox-train";
  private static final long PERIOD_MILLIS = 50;

  /// How long the other hosts have to find out for themselves that one has failed, and say why.
  private static final Duration OTHERS = Duration.ofSeconds(15);

  private final List<String> hosts;
  private final List<List<String>> commands;
  private final Console console;
  private final StopRequest stop;

  SshJob(List<String> hosts, List<List<String>> commands, Console console, StopRequest stop) {
    this.hosts = hosts;
    this.commands = commands;
    this.console = console;
    this.stop = stop;
  }

  int run() throws IOException, InterruptedException {
    List<SshSession> sessions = new ArrayList<>();
    try {
      for (int i = 0; i < hosts.size(); i++) {
        sessions.add(start(i));
      }
      await(sessions);
      return verdict(sessions);
    } finally {
      for (SshSession session : sessions) {
        session.close();
      }
    }
  }

  private SshSession start(int i) {
    try {
      return SshSession.start(hosts.get(i), commands.get(i), i == 0, console);
    } catch (IOException e) {
      throw new UserException("launcher ssh: ssh cannot be run on this host; install it", e);
    }
  }

  /// Until all have ended, or one has failed and the others have had their time.
  private void await(List<SshSession> sessions) throws InterruptedException {
    boolean asked = false;
    Optional<Long> failedAtNanos = Optional.empty();
    while (sessions.stream().anyMatch(SshSession::isAlive)) {
      if (stop.requested() && !asked) {
        asked = true;
        sessions.forEach(SshSession::stop);
      }
      if (failedAtNanos.isEmpty() && sessions.stream().anyMatch(SshSession::hasFailed)) {
        failedAtNanos = Optional.of(System.nanoTime());
      }
      boolean hopeless = sessions.stream().anyMatch(SshSession::wasNeverThere);
      boolean late =
          failedAtNanos.filter(at -> System.nanoTime() - at > OTHERS.toNanos()).isPresent();
      if (hopeless || late) {
        return;
      }
      Thread.sleep(PERIOD_MILLIS);
    }
  }

  /// The failure of a host that has lost the others is theirs.
  private int verdict(List<SshSession> sessions) {
    List<SshSession> failed = sessions.stream().filter(SshSession::hasFailed).toList();
    if (failed.isEmpty()) {
      return sessions.stream().mapToInt(SshSession::code).max().orElse(ExitCode.OK);
    }
    SshSession culprit =
        failed.stream()
            .filter(session -> session.code() != ExitCode.PEER_LOST)
            .min((a, b) -> Long.compare(a.endedAtNanos(), b.endedAtNanos()))
            .orElse(failed.getFirst());
    console.fail(TOOL, culprit.failure());
    return culprit.wasNeverThere() ? ExitCode.FAILED : culprit.code();
  }
}
