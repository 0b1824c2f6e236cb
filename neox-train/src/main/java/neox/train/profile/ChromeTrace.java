package neox.train.profile;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import neox.base.AtomicFile;
import neox.base.json.Json;

/// A recording in the Trace Event Format, which chrome://tracing, Perfetto and speedscope show: a
/// complete event (`ph` X) for each span, in microseconds since the first.
final class ChromeTrace {
  private static final double NANOS_PER_MICRO = 1e3;

  static void write(Path file, Collection<Track> tracks) throws IOException {
    long begin =
        tracks.stream()
            .flatMap(track -> track.spans().stream())
            .mapToLong(Span::startNanos)
            .min()
            .orElse(0);
    try (AtomicFile whole = AtomicFile.create(file);
        JsonGenerator json = Json.mapper().createGenerator(whole.stream())) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ms");
      json.writeArrayFieldStart("traceEvents");
      for (Track track : tracks) {
        name(json, track);
        for (Span span : track.inOrder()) {
          event(json, track, span, begin);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
      json.flush();
      whole.commit();
    }
  }

  private static void name(JsonGenerator json, Track track) throws IOException {
    begin(json, "M", "thread_name", track);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", track.thread());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void event(JsonGenerator json, Track track, Span span, long begin)
      throws IOException {
    begin(json, "X", span.name(), track);
    json.writeStringField("cat", span.kind().category());
    json.writeNumberField("ts", (span.startNanos() - begin) / NANOS_PER_MICRO);
    json.writeNumberField("dur", span.nanos() / NANOS_PER_MICRO);
    json.writeEndObject();
  }

  private static void begin(JsonGenerator json, String phase, String name, Track track)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", phase);
    json.writeStringField("name", name);
    json.writeNumberField("pid", ProcessHandle.current().pid());
    json.writeNumberField("tid", track.id());
  }

  private ChromeTrace() {}
}
