package neox.wandb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.Durability;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;

/// What the server is known to have of a run. Kept in a file, so that whoever sends the rest goes
/// on where this is.
///
/// @param place of the run at the server, once it is there
/// @param begun whether the run may have been made already, though no answer said so
/// @param position in the journal up to which all has been sent
/// @param next offsets of the lines that follow
/// @param lastStep of the last row
/// @param pending the row whose step may get more numbers: it has been read, and not been sent
/// @param summary the newest value of each name
/// @param filesSent whether the files of the run are there
/// @param complete whether the server was told of the end
record Sent(
    Optional<Place> place,
    boolean begun,
    long position,
    Counts next,
    long lastStep,
    Optional<Entry.Row> pending,
    ObjectNode summary,
    RunClock clock,
    boolean filesSent,
    boolean complete) {
  static final String FILE = "sent.json";

  /// Before the first step.
  static final long NO_STEP = Long.MIN_VALUE;

  /// Where a run is, in the server's own words.
  ///
  /// @param bucket the server's id of it
  record Place(String entity, String project, String run, String bucket) {}

  static Sent nothing() {
    return new Sent(
        Optional.empty(),
        false,
        0,
        Counts.NONE,
        NO_STEP,
        Optional.empty(),
        WandbJson.object(),
        RunClock.NEW,
        false,
        false);
  }

  Sent withBegun() {
    return new Sent(
        place, true, position, next, lastStep, pending, summary, clock, filesSent, complete);
  }

  Sent at(Place newPlace) {
    return new Sent(
        Optional.of(newPlace),
        true,
        position,
        next,
        lastStep,
        pending,
        summary,
        clock,
        filesSent,
        complete);
  }

  Sent withFiles() {
    return new Sent(
        place, begun, position, next, lastStep, pending, summary, clock, true, complete);
  }

  /// Goes on with what the server has of a run that another machine has begun.
  Sent after(Earlier earlier) {
    ObjectNode merged = earlier.summary().deepCopy();
    merged.setAll(summary);
    return new Sent(
        place,
        begun,
        position,
        earlier.counts(),
        earlier.lastStep(),
        pending,
        merged,
        clock.after(earlier.runtime()),
        filesSent,
        false);
  }

  /// What a server has of a run.
  record Earlier(Counts counts, long lastStep, double runtime, ObjectNode summary) {}

  /// What the file says. Where it is damaged the server's counts say the same: all of the journal
  /// is gone through again, and what the server has is not sent.
  static Sent read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return nothing();
    }
    try {
      return of(Json.parse(NamedFiles.readString(file), file.toString()));
    } catch (UserException e) {
      return nothing().withBegun();
    }
  }

  private static Sent of(JsonNode json) {
    JsonNode place = json.path("place");
    return new Sent(
        place.isObject()
            ? Optional.of(
                new Place(
                    place.path("entity").asText(),
                    place.path("project").asText(),
                    place.path("run").asText(),
                    place.path("bucket").asText()))
            : Optional.empty(),
        json.path("begun").asBoolean(),
        json.path("position").asLong(),
        Counts.of(json.path("next")),
        json.path("last_step").asLong(NO_STEP),
        json.has("pending") ? Optional.of(row(json.path("pending"))) : Optional.empty(),
        json.withObject("summary"),
        RunClock.of(json.path("clock")),
        json.path("files_sent").asBoolean(),
        json.path("complete").asBoolean());
  }

  private static Entry.Row row(JsonNode json) {
    return new Entry.Row(
        json.path("at").asDouble(), json.path("step").asLong(), json.withObject("row"));
  }

  void write(Path directory) throws IOException {
    ObjectNode json = WandbJson.object();
    place.ifPresent(p ->
        json.putObject("place")
            .put("entity", p.entity())
            .put("project", p.project())
            .put("run", p.run())
            .put("bucket", p.bucket()));
    json.put("begun", begun).put("position", position);
    json.set("next", next.json());
    if (lastStep != NO_STEP) {
      json.put("last_step", lastStep);
    }
    pending.ifPresent(row -> json.set("pending", row.json()));
    json.set("summary", summary);
    json.set("clock", clock.json());
    json.put("files_sent", filesSent).put("complete", complete);
    AtomicFile.write(directory.resolve(FILE), WandbJson.line(json) + "\n", Durability.HANDED_OVER);
  }
}
