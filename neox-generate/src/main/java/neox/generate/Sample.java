package neox.generate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import neox.base.json.Json;
import org.jspecify.annotations.Nullable;

/// One line of output.
///
/// @param text what followed the prompt; empty when nothing did, or no text
/// @param length new tokens
/// @param finished whether an end-of-document token ended it
/// @param message a warning, if there is one
record Sample(
    String context,
    Optional<String> text,
    int length,
    boolean finished,
    Optional<String> message,
    double durationSeconds) {

  /// The prompt with what followed it, and a warning below.
  String toText() {
    return context + text.orElse("") + message.map(warning -> "\n" + warning).orElse("");
  }

  /// NeoX's schema, its keys in its order.
  String toJson() {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("context", context);
    line.put("text", text.orElse(null));
    line.put("length", length);
    line.put("finished", finished);
    line.put("message", message.orElse(null));
    line.put("duration_seconds", durationSeconds);
    return Json.line(line);
  }
}
