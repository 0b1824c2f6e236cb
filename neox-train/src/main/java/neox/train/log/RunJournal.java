package neox.train.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// What happens to a run beside its numbers: beginnings, warnings, checkpoints, ends. A JSON object
/// a line in `journal.jsonl`, which every start appends to: `time`, `kind`, `step`, and what
/// belongs to the kind.
///
/// What comes before a place is known waits, and so does what a full disk does not take, up to a
/// limit; that the disk is full is told of `metrics.jsonl`, which lies beside it. Thread-safe.
public final class RunJournal {
  private static final String FILE = "journal.jsonl";
  private static final int MOST_WAITING_CHARS = 1 << 20;

  private final Supplier<Instant> clock;
  private final StringBuilder waiting = new StringBuilder();
  private Optional<Path> file = Optional.empty();
  private long step;

  public RunJournal() {
    this(Instant::now);
  }

  RunJournal(Supplier<Instant> clock) {
    this.clock = clock;
  }

  /// Notes that a run begins, or goes on.
  ///
  /// @param directory of its records; empty on ranks that record nothing
  /// @param done the step after which it begins
  /// @param last of the whole run
  /// @param environment what it is computed with, and where
  public synchronized void begin(
      Optional<Path> directory, long done, long last, Map<String, String> environment) {
    file = directory.map(records -> records.resolve(FILE));
    step = done;
    ObjectNode entry = entry("start").put("last", last);
    environment.forEach(entry.putObject("environment")::put);
    String before = waiting.toString();
    waiting.setLength(0);
    write(entry);
    waiting.append(before);
    flush();
  }

  /// Notes which step was taken last.
  public synchronized void stepped(long taken) {
    step = taken;
  }

  public synchronized void warning(String text) {
    write(entry("warning").put("text", text));
  }

  /// Notes that a step was saved.
  public synchronized void saved(long saved) {
    write(entry("checkpoint").put("step", saved));
  }

  public synchronized void end(int exitCode) {
    write(entry("end").put("code", exitCode));
  }

  /// Notes why the run cannot go on.
  public synchronized void fail(int exitCode, String text) {
    write(entry("end").put("code", exitCode).put("text", text));
  }

  private ObjectNode entry(String kind) {
    return Json.mapper()
        .createObjectNode()
        .put("time", clock.get().truncatedTo(ChronoUnit.SECONDS).toString())
        .put("kind", kind)
        .put("step", step);
  }

  private void write(ObjectNode entry) {
    if (waiting.length() < MOST_WAITING_CHARS) {
      waiting.append(Json.line(entry)).append('\n');
    }
    flush();
  }

  private void flush() {
    if (file.isEmpty()) {
      return;
    }
    try {
      NamedFiles.writeString(
          file.get(), waiting.toString(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      waiting.setLength(0);
    } catch (IOException e) {
      return; // the next entry tries again
    }
  }
}
