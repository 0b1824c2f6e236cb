package neox.train.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.AtomicDirectory;
import neox.base.Console;
import org.jspecify.annotations.Nullable;

/// The ranks of this host. It belongs to the thread that begins them.
final class LocalCrew implements Crew {
  private final AgentPlan plan;
  private final Console console;
  private final Path beats;
  private @Nullable Attempt attempt;

  LocalCrew(AgentPlan plan, Console console) throws IOException {
    this.plan = plan;
    this.console = console;
    this.beats = Files.createTempDirectory("neox-train-");
  }

  @Override
  public void begin(Attempt.Start start) throws IOException {
    end();
    attempt = Attempt.start(plan, start, beats, console);
  }

  @Override
  public List<RankView> views() {
    return attempt == null ? List.of() : attempt.views();
  }

  @Override
  public void stop() {
    if (attempt != null) {
      attempt.stop();
    }
  }

  @Override
  public void end() throws IOException {
    if (attempt != null) {
      attempt.close();
      attempt = null;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      end();
    } finally {
      AtomicDirectory.deleteTree(beats);
    }
  }
}
