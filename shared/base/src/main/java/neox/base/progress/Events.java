package neox.base.progress;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// What a tool says on standard error, as one JSON object a line: `docs/progress.md` lists the
/// fields. Thread-safe as far as the stream is.
public final class Events {
  private final PrintStream err;
  private final String tool;

  public Events(PrintStream err, String tool) {
    this.err = err;
    this.tool = tool;
  }

  /// A notice or a warning.
  public void said(String event, String text) {
    write(begun(event).put("text", text));
  }

  /// Why the tool ends without having done its work.
  public void failed(List<String> problems) {
    ObjectNode event = begun("error");
    ArrayNode lines = event.putArray("problems");
    problems.forEach(lines::add);
    write(event);
  }

  /// What was made, and where.
  public void made(String path, String about) {
    write(begun("made").put("path", path).put("about", about));
  }

  /// A command that a person may want next.
  public void next(String command) {
    write(begun("next").put("command", command));
  }

  /// How far a piece of work has come.
  public void progress(Reading reading) {
    ObjectNode event = begun(reading.ended() ? "end" : "progress");
    event.put("work", reading.work()).put("done", reading.done());
    reading
        .total()
        .ifPresentOrElse(total -> event.put("total", total), () -> event.putNull("total"));
    event.put("unit", reading.unit().noun()).put("seconds", rounded(reading.seconds()));
    reading.rate().ifPresentOrElse(r -> event.put("rate", rounded(r)), () -> event.putNull("rate"));
    reading
        .secondsLeft()
        .ifPresentOrElse(
            left -> event.put("eta_seconds", left), () -> event.putNull("eta_seconds"));
    write(event.put("detail", reading.detail()));
  }

  private ObjectNode begun(String event) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("event", event)
        .put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
        .put("tool", tool);
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private void write(ObjectNode event) {
    err.println(event);
  }
}
