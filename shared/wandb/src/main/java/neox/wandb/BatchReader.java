package neox.wandb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import neox.wandb.JournalReader.Read;

/// Makes requests of what a journal holds beyond what has been sent. The same journal and the same
/// [Sent] make the same request. Not thread-safe.
final class BatchReader implements AutoCloseable {
  /// W&B takes requests and lines of 10 MiB; a line grows as a part of a request.
  private static final int MOST_BYTES = 6 << 20;

  private static final int LONGEST_LINE = (10 << 20) - (100 << 10);
  private static final DateTimeFormatter CONSOLE_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

  private final JournalReader reader;

  /// Lines that the server has, though nobody was told so: they are counted, and not sent.
  private Counts there = Counts.NONE;

  private int tooLong;

  private BatchReader(JournalReader reader) {
    this.reader = reader;
  }

  static BatchReader open(Path directory) throws IOException {
    return new BatchReader(JournalReader.open(directory.resolve(Journal.FILE), 0));
  }

  void skip(Counts known) {
    there = known;
  }

  /// Lines that could not be read, or were longer than W&B takes.
  int lost() {
    return reader.damaged() + tooLong;
  }

  /// The next request.
  ///
  /// @param ended whether nobody writes the journal any more, so that its last row is whole
  Batch next(Sent sent, boolean ended) throws IOException {
    reader.seek(sent.position());
    Making making = new Making(sent);
    Optional<Read> read = reader.peek();
    for (; read.isPresent() && making.bytes < MOST_BYTES; read = reader.peek()) {
      reader.pass();
      making.position = read.get().end();
      making.entries++;
      boolean last = reader.peek().isEmpty();
      making.add(read.get().entry(), last);
    }
    if (ended && read.isEmpty()) {
      making.endRow();
    }
    return making.batch();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private final class Making {
    private final Sent sent;
    private final ObjectNode body = WandbJson.object();
    private final Lines history;
    private final Lines events;
    private final Lines output;
    private final ObjectNode summary;
    private Optional<Entry.Start> start = Optional.empty();
    private Optional<Entry.Row> pending;
    private RunClock clock;
    private Batch.Replaced replaced = Batch.Replaced.NONE;
    private long lastStep;
    private boolean summaryChanged;
    private boolean complete;
    private long position;
    private int entries;
    private int bytes;

    Making(Sent sent) {
      this.sent = sent;
      this.history = new Lines(sent.next().history(), there.history());
      this.events = new Lines(sent.next().events(), there.events());
      this.output = new Lines(sent.next().output(), there.output());
      this.summary = sent.summary().deepCopy();
      this.pending = sent.pending();
      this.clock = sent.clock();
      this.lastStep = sent.lastStep();
      this.complete = sent.complete();
      this.position = sent.position();
    }

    void add(Entry entry, boolean last) {
      if (!(entry instanceof Entry.Start)) {
        clock = clock.told(entry.at());
      }
      switch (entry) {
        case Entry.Start begun -> {
          start = Optional.of(begun);
          clock = clock.restarted(begun.at());
          complete = false;
        }
        case Entry.Row row -> row(row);
        case Entry.Event event -> {
          ObjectNode line = WandbJson.object().put("_wandb", true);
          events.add(timed(line.setAll(event.values()), event.at()));
        }
        case Entry.Output printed -> output.add(console(printed));
        case Entry.Summary values -> {
          summary.setAll(values.values());
          summaryChanged = true;
        }
        case Entry.Exit exit -> {
          if (last) { // else the run has gone on
            end(exit);
          }
        }
      }
    }

    private void row(Entry.Row row) {
      long newest = pending.map(Entry.Row::step).orElse(lastStep);
      if (pending.isPresent() && row.step() == newest) {
        ObjectNode values = pending.get().values().deepCopy();
        pending = Optional.of(new Entry.Row(row.at(), newest, values.setAll(row.values())));
      } else if (row.step() <= newest) {
        replaced = replaced.with(row.step());
      } else {
        endRow();
        pending = Optional.of(row);
      }
    }

    void endRow() {
      if (pending.isEmpty()) {
        return;
      }
      Entry.Row row = pending.get();
      ObjectNode line = row.values().deepCopy().put("_step", row.step());
      history.add(timed(line, row.at()));
      summary.setAll(line);
      summaryChanged = true;
      lastStep = row.step();
      pending = Optional.empty();
    }

    private void end(Entry.Exit exit) {
      endRow();
      if (exit.preempted()) {
        body.put("preempting", true);
      }
      body.put("complete", true).put("exitcode", exit.code());
      complete = true;
      summaryChanged = true;
    }

    private ObjectNode timed(ObjectNode line, double at) {
      return line.put("_timestamp", at).put("_runtime", clock.runtime(at));
    }

    private static String console(Entry.Output printed) {
      long micros = Math.round(printed.at() * 1e6);
      Instant instant =
          Instant.ofEpochSecond(
              Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
      String time = CONSOLE_TIME.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
      return (printed.error() ? "ERROR " : "") + time + " " + printed.line();
    }

    Batch batch() {
      ObjectNode files = WandbJson.object();
      history.addTo(files, "wandb-history.jsonl");
      events.addTo(files, "wandb-events.jsonl");
      output.addTo(files, "output.log");
      if (summaryChanged) {
        ObjectNode whole = WandbJson.withWords(summary);
        whole.putObject("_wandb").put("runtime", Math.round(clock.latest()));
        ObjectNode file = files.putObject("wandb-summary.json").put("offset", 0);
        file.putArray("content").add(WandbJson.line(whole));
      }
      if (!files.isEmpty()) {
        body.set("files", files);
      }
      Sent then =
          new Sent(
              sent.place(),
              sent.begun(),
              position,
              new Counts(history.next, events.next, output.next),
              lastStep,
              pending,
              summary,
              clock,
              sent.filesSent(),
              complete);
      return new Batch(start, body, then, entries, replaced);
    }

    /// Lines for the end of one file.
    private final class Lines {
      private final long there;
      private final ArrayNode content = WandbJson.object().putArray("content");
      private long offset = -1;
      private long next;

      Lines(long next, long there) {
        this.next = next;
        this.there = there;
      }

      void add(JsonNode line) {
        add(WandbJson.line(line));
      }

      void add(String line) {
        if (isTooLong(line)) {
          tooLong++;
          return;
        }
        if (next >= there) {
          offset = content.isEmpty() ? next : offset;
          content.add(line);
          bytes += line.length();
        }
        next++;
      }

      void addTo(ObjectNode files, String name) {
        if (!content.isEmpty()) {
          files.set(name, WandbJson.object().put("offset", offset).set("content", content));
        }
      }
    }
  }

  private static boolean isTooLong(String line) {
    return line.length() > LONGEST_LINE / 3 // of UTF-8, at the worst
        && line.getBytes(StandardCharsets.UTF_8).length > LONGEST_LINE;
  }

  /// Every key in the form in which W&B keeps configurations.
  static ObjectNode wrapped(ObjectNode config) {
    ObjectNode wrapped = WandbJson.object();
    for (Map.Entry<String, JsonNode> field : config.properties()) {
      wrapped.putObject(field.getKey()).set("value", field.getValue());
    }
    return wrapped;
  }
}
