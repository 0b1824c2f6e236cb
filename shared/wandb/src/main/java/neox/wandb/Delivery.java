package neox.wandb;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.process.Exclusive;
import neox.wandb.RunTerms.Resume;
import org.jspecify.annotations.Nullable;

/// Sends a journal, request by request, each exactly as often as the server needs it: whatever ends
/// a call, or the process, [#step] of this or of another delivery does the same call again, or the
/// next one. One delivery at a time holds the journal. Not thread-safe.
final class Delivery implements AutoCloseable {
  private static final String LOCK = "sending.lock";

  private final Path directory;
  private final Server server;
  private final FileChannel lock;
  private final BatchReader batches;
  private Sent sent;
  private @Nullable Batch underWay;
  private @Nullable ObjectNode uploaded;
  private Entry.@Nullable Start met;
  private boolean stopAsked;

  private Delivery(
      Path directory, Server server, FileChannel lock, BatchReader batches, Sent sent) {
    this.directory = directory;
    this.server = server;
    this.lock = lock;
    this.batches = batches;
    this.sent = sent;
  }

  /// What came of a step.
  enum Outcome {
    /// Something was sent; there may be more.
    SENT,
    /// There is nothing to send at the moment.
    NOTHING,
    /// The server has all, and was told of the end.
    COMPLETE
  }

  /// Takes a journal for sending. Nothing is called yet.
  ///
  /// @throws UserException when another process sends it
  static Delivery open(Path directory, Server server) throws IOException {
    FileChannel lock =
        NamedFiles.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (!Exclusive.tryLock(lock)) {
        throw UserException.of("%s: another process sends it to W&B at this moment", directory);
      }
      return new Delivery(
          directory, server, lock, BatchReader.open(directory), Sent.read(directory));
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  Sent sent() {
    return sent;
  }

  /// Entries of the journal that could not be sent, whatever the server.
  int lost() {
    return batches.lost();
  }

  /// Whether somebody has asked at W&B for the run to be stopped.
  boolean stopAsked() {
    return stopAsked;
  }

  /// Sends the next part.
  ///
  /// @param ended whether nobody writes the journal any more
  Outcome step(boolean ended, Listener listener) throws IOException {
    Batch batch = underWay == null ? batches.next(sent, ended) : underWay;
    if (batch.start().isPresent() && !batch.start().get().equals(met)) {
      meet(batch.start().get(), listener);
      batch = batches.next(sent, ended); // the server may have some of it
    } else if (met == null && !batch.isEmpty()) {
      meet(earlierStart(), listener);
      batch = batches.next(sent, ended);
    }
    if (batch.isEmpty()) {
      if (batch.entries() > 0) {
        keep(batch.then());
      }
      return sent.complete() ? Outcome.COMPLETE : Outcome.NOTHING;
    }
    underWay = batch;
    stream(batch.body());
    underWay = null;
    keep(batch.then());
    if (batch.replaced().rows() > 0) {
      listener.replaces(batch.replaced());
    }
    return sent.complete() ? Outcome.COMPLETE : Outcome.SENT;
  }

  /// What is told of a delivery.
  interface Listener {
    void meets(Sent.Place place);

    void replaces(Batch.Replaced rows);
  }

  /// Tells the server that the run goes on.
  void heartbeat() throws IOException {
    stream(WandbJson.object());
  }

  private void stream(ObjectNode body) throws IOException {
    ObjectNode whole = uploaded == null ? body : body.deepCopy().setAll(uploaded);
    stopAsked |= server.stream(sent.place().orElseThrow(), whole);
    uploaded = null;
  }

  /// The last process that had begun before what is to be sent.
  private Entry.Start earlierStart() throws IOException {
    Optional<Entry.Start> found = Optional.empty();
    try (JournalReader reader = JournalReader.open(directory.resolve(Journal.FILE), 0)) {
      for (var read = reader.peek();
          read.isPresent() && (found.isEmpty() || read.get().end() <= sent.position());
          read = reader.peek()) {
        reader.pass();
        if (read.get().entry() instanceof Entry.Start start) {
          found = Optional.of(start);
        }
      }
    }
    return found.orElseThrow(
        () -> new Refused(directory + ": the journal does not say which run it is of"));
  }

  /// Finds the run, or makes it.
  private void meet(Entry.Start start, Listener listener) throws IOException {
    Optional<Server.Known> known = server.find(start.run());
    boolean ours = sent.place().isPresent() || sent.begun();
    Resume resume = Resume.valueOf(start.run().path("resume").asText(Resume.ALLOW.name()));
    if (known.isPresent() && !ours && resume == Resume.NEVER) {
      throw new Refused("WANDB_RESUME is never, and the server knows this run already");
    }
    if (known.isEmpty() && !ours && resume == Resume.MUST) {
      throw new Refused("WANDB_RESUME is must, and the server does not know this run");
    }
    if (known.isPresent() && !ours) {
      keep(sent.after(known.get().earlier()));
    }
    batches.skip(known.map(k -> k.earlier().counts()).orElse(Counts.NONE));
    keep(sent.withBegun());
    keep(sent.at(server.upsert(start, known)));
    boolean first = met == null;
    met = start;
    if (first) {
      listener.meets(sent.place().orElseThrow());
    }
    if (!sent.filesSent()) {
      storeFiles(start);
    }
  }

  /// They are an extra: what goes wrong with them stops nothing.
  private void storeFiles(Entry.Start start) throws IOException {
    try {
      List<String> names = server.storeFiles(sent.place().orElseThrow(), start);
      ObjectNode told = WandbJson.object();
      names.forEach(told.putArray("uploaded")::add);
      uploaded = names.isEmpty() ? null : told;
      keep(sent.withFiles());
    } catch (Refused | Unanswered e) {
      uploaded = null; // the next delivery tries again
    }
  }

  private void keep(Sent state) throws IOException {
    sent = state;
    sent.write(directory);
  }

  @Override
  public void close() throws IOException {
    batches.close();
    lock.close();
  }
}
