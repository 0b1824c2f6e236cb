package neox.preprocess.journal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.UserException;
import neox.base.json.Json;
import neox.data.indexed.Extent;

/// How far the work has come: what lies in the working directory up to here is on the disk.
///
/// @param format of this record
/// @param place where in the corpus to go on
/// @param datasets how much was written of the dataset of each key
public record Journal(
    int format,
    Stage stage,
    Fingerprint fingerprint,
    Place place,
    Map<String, Extent> datasets,
    Tally tally) {
  private static final int FORMAT = 1;

  /// How far the work has come as a whole.
  public enum Stage {
    /// The corpus is being read.
    READING,
    /// Everything is written, and the files are being given their names.
    PUBLISHING,
    /// All files have their names.
    COMPLETE
  }

  public Journal {
    datasets = Collections.unmodifiableMap(new LinkedHashMap<>(datasets));
  }

  /// The journal of work that has not begun.
  public static Journal empty(Fingerprint fingerprint) {
    return new Journal(FORMAT, Stage.READING, fingerprint, Place.START, Map.of(), Tally.NOTHING);
  }

  /// The journal in a file; empty when the work never got as far as one.
  public static Optional<Journal> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode json = Json.read(file);
    if (json.path("format").asInt() != FORMAT) {
      throw UserException.of(
          "%s: written by another version of this tool (format %s, expected %d); give --overwrite"
              + " to begin again",
          file, json.path("format"), FORMAT);
    }
    try {
      return Optional.of(Json.mapper().treeToValue(json, Journal.class));
    } catch (JsonProcessingException e) {
      throw UserException.of(
          "%s: damaged (%s); give --overwrite to begin again", file, e.getOriginalMessage());
    }
  }

  /// Replaces the journal in a file, at once and durably.
  public void write(Path file) throws IOException {
    AtomicFile.write(file, text());
  }

  /// As [#read] takes it. Written by hand: to have it derived from the records takes 0.05 s of
  /// every run.
  private String text() throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeNumberField("format", format);
      json.writeStringField("stage", stage.name());
      json.writeObjectFieldStart("fingerprint");
      json.writeObjectFieldStart("settings");
      for (Map.Entry<String, String> setting : fingerprint.settings().entrySet()) {
        json.writeStringField(setting.getKey(), setting.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("files");
      for (Fingerprint.SourceFile source : fingerprint.files()) {
        json.writeStartObject();
        json.writeStringField("name", source.name());
        json.writeNumberField("size", source.size());
        json.writeNumberField("modifiedAt", source.modifiedAt());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeObjectFieldStart("place");
      json.writeNumberField("file", place.file());
      json.writeNumberField("units", place.units());
      json.writeNumberField("offset", place.offset());
      json.writeNumberField("lines", place.lines());
      json.writeNumberField("checksum", place.checksum());
      json.writeEndObject();
      json.writeObjectFieldStart("datasets");
      for (Map.Entry<String, Extent> dataset : datasets.entrySet()) {
        json.writeObjectFieldStart(dataset.getKey());
        json.writeNumberField("items", dataset.getValue().items());
        json.writeNumberField("documents", dataset.getValue().documents());
        json.writeNumberField("tokens", dataset.getValue().tokens());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeObjectFieldStart("tally");
      json.writeNumberField("bytes", tally.bytes());
      json.writeNumberField("skippedRows", tally.skippedRows());
      json.writeNumberField("incompleteFiles", tally.incompleteFiles());
      json.writeNumberField("emptied", tally.emptied());
      json.writeNumberField("reportBytes", tally.reportBytes());
      json.writeEndObject();
      json.writeEndObject();
    }
    return text + "\n";
  }

  /// The same work, further on.
  public Journal at(Stage next, Place reached, Map<String, Extent> written, Tally counted) {
    return new Journal(FORMAT, next, fingerprint, reached, written, counted);
  }

  /// How much was written of the dataset of a key.
  public Extent extent(String key) {
    return datasets.getOrDefault(key, Extent.NOTHING);
  }

  /// [UserException] when going on would not give what beginning again with `now` gives.
  ///
  /// @param origin what the message calls the earlier work
  public void requireSame(Fingerprint now, Path origin) {
    List<String> differences = fingerprint.differences(now, place);
    if (!differences.isEmpty()) {
      throw UserException.of(
          "--resume: %s is of other work: %s; give what was given then, or --overwrite without"
              + " --resume to begin again",
          origin, String.join("; ", differences));
    }
  }
}
