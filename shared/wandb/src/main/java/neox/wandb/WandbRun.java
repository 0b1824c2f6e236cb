package neox.wandb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.monitor.MetricSink;
import org.jspecify.annotations.Nullable;

/// A run at W&B. What is recorded goes into a [Journal], and from there to the server when that is
/// possible, on a thread of its own; a server that is slow or gone costs the run nothing.
///
/// The numbers of a step become one row when the next step begins. Numbers and texts come from one
/// thread; lines that were printed from any.
public final class WandbRun implements MetricSink {
  private final Journal journal;
  private final Optional<Sender> sender;
  private final Optional<MachineWatch> watch;
  private final Clock clock;
  private final List<Entry> entries = new ArrayList<>();
  private @Nullable ObjectNode row;
  private long step;
  private int exitCode = 1;
  private boolean preempted;
  private boolean closed;

  WandbRun(Journal journal, Optional<Sender> sender, Optional<MachineWatch> watch, Clock clock) {
    this.journal = journal;
    this.sender = sender;
    this.watch = watch;
    this.clock = clock;
  }

  /// What a run tells of itself.
  ///
  /// @param directory in which its journal is kept, below `wandb`
  /// @param program the name of the tool
  /// @param config key to value; lists and maps stay what they are
  public record About(Path directory, String program, Map<String, ?> config) {}

  /// What a run is surrounded by.
  ///
  /// @param environment for proxies
  /// @param stop called when somebody asks at W&B for the run to be stopped
  public record Around(
      Console console, Map<String, String> environment, Pace pace, Runnable stop) {}

  /// Begins a run, or goes on with one. Nothing here waits for the server.
  ///
  /// @throws UserException when another process writes the same run
  public static WandbRun open(Login login, About about, Around around) throws IOException {
    Clock clock = Clock.systemUTC();
    Path directory = RunPaths.of(about.directory(), login.terms().id());
    Machine machine = Machine.here(about.directory());
    Journal journal = Journal.open(directory);
    try {
      journal.append(
          new Entry.Start(
              now(clock),
              json(login.terms()),
              (ObjectNode) WandbJson.tree(about.config()),
              machine.describe(about.program())));
      Optional<Sender> sender = sender(login, directory, around);
      sender.ifPresent(Sender::start);
      MachineWatch watch = new MachineWatch(machine, journal, around.pace().machine(), clock);
      watch.start();
      return new WandbRun(journal, sender, Optional.of(watch), clock);
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static Optional<Sender> sender(Login login, Path directory, Around around)
      throws IOException {
    Console console = around.console();
    if (login.why().isPresent() || login.key().isEmpty()) {
      console.warn(
          "W&B: %s; the run is recorded, and neox-train sync %s sends it later",
          login.why().orElse("there is no key"), RunPaths.forCommand(directory));
      return Optional.empty();
    }
    WandbHttp http =
        new WandbHttp(
            login.terms().server(),
            login.key().get(),
            around.environment(),
            WandbHttp.Patience.USUAL);
    try {
      return Optional.of(new Sender(directory, http, around.pace(), console, around.stop()));
    } catch (UserException e) { // what holds up the sending does not hold up the run
      http.close();
      console.warn(
          "W&B: %s; the run is recorded, and neox-train sync %s sends it later",
          Objects.toString(e.getMessage()), RunPaths.forCommand(directory));
      return Optional.empty();
    }
  }

  private static ObjectNode json(RunTerms terms) {
    ObjectNode json = WandbJson.object();
    json.put("server", terms.server().toString());
    json.put("entity", terms.entity().orElse(null));
    json.put("project", terms.project());
    json.put("id", terms.id());
    json.put("name", terms.name().orElse(null));
    json.put("group", terms.group().orElse(null));
    json.put("job_type", terms.jobType().orElse(null));
    json.put("notes", terms.notes().orElse(null));
    json.put("resume", terms.resume().name());
    json.set("tags", terms.tags().map(WandbRun::words).orElse(null));
    return json;
  }

  private static JsonNode words(String commaSeparated) {
    ArrayNode words = WandbJson.object().putArray("tags");
    for (String word : commaSeparated.split(",", -1)) {
      if (!word.isBlank()) {
        words.add(word.strip());
      }
    }
    return words;
  }

  private static double now(Clock clock) {
    Instant now = clock.instant();
    return now.getEpochSecond() + Math.floorDiv(now.getNano(), 1000) / 1e6;
  }

  @Override
  public void scalar(String name, double value, long atStep) {
    if (row == null || step != atStep) {
      endRow();
      row = WandbJson.object();
      step = atStep;
    }
    row.put(name, value);
  }

  /// Texts of the run as a whole are part of its configuration already.
  @Override
  public void text(String name, String value) {}

  /// Sets a value of the run as a whole.
  public void summary(String name, String value) {
    entries.add(new Entry.Summary(now(clock), WandbJson.object().put(name, value)));
  }

  /// Adds a line that was printed.
  public void printed(boolean error, String line) {
    try {
      journal.append(new Entry.Output(now(clock), error, line));
    } catch (IOException e) {
      return; // it waits, and the next flush tells
    }
  }

  @Override
  public void flush() throws IOException {
    endRow();
    Entry[] recorded = entries.toArray(Entry[]::new);
    entries.clear(); // the journal keeps what it cannot write
    journal.append(recorded);
  }

  private void endRow() {
    if (row != null) {
      entries.add(new Entry.Row(now(clock), step, row));
      row = null;
    }
  }

  /// Says how the run ends; one that is closed without has failed.
  ///
  /// @param willGoOn whether it is to be continued
  public void ends(int code, boolean willGoOn) {
    exitCode = code;
    preempted = willGoOn;
  }

  /// Writes the end, and waits a while for the last requests.
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (journal) {
      watch.ifPresent(MachineWatch::close);
      endRow();
      entries.add(new Entry.Exit(now(clock), exitCode, preempted));
      try {
        flush();
      } finally {
        if (sender.isPresent()) {
          sender.get().close();
        }
      }
    }
  }

  /// Leaves as a process does that is killed; for tests.
  void abandon() throws IOException {
    closed = true;
    watch.ifPresent(MachineWatch::close);
    if (sender.isPresent()) {
      sender.get().abandon();
    }
    journal.close();
  }
}
