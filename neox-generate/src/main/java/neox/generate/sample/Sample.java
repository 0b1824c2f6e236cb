package neox.generate.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.json.Json;
import neox.inference.sampling.TokenDetails;
import org.jspecify.annotations.Nullable;

/// What followed a prompt.
///
/// @param text without what stopped it; empty when nothing followed
/// @param length new tokens
/// @param finished whether an end-of-document token, or a stop string, ended it
/// @param message a warning, if there is one
/// @param details what else was asked for, behind GPT-NeoX's fields
public record Sample(
    String context,
    String text,
    int length,
    boolean finished,
    Optional<String> message,
    double durationSeconds,
    Map<String, Object> details) {
  static final String LOGITS = "logits";
  static final String LOGPROBS = "logprobs";

  public Sample {
    details = new LinkedHashMap<>(details);
  }

  /// The names of what [#fields] gives.
  public static List<String> fieldsWith(TokenDetails details) {
    List<String> names =
        new ArrayList<>(
            List.of("context", "text", "length", "finished", "message", "duration_seconds"));
    if (details.logits()) {
      names.add(LOGITS);
    }
    if (details.alternatives().isPresent()) {
      names.add(LOGPROBS);
    }
    return names;
  }

  /// A sample as it is written, with what separates it from the next.
  public String written(Output.Format format) {
    return switch (format) {
      case JSON -> Json.line(fields()) + "\n";
      case TEXT -> context + text + message.map(warning -> "\n" + warning).orElse("") + "\n\n";
    };
  }

  /// GPT-NeoX's fields in its order. Its `message` is null where there is nothing to say; what is
  /// known of a text is said beside a warning, too, where GPT-NeoX drops the text.
  public Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("context", context);
    fields.put("text", text);
    fields.put("length", length);
    fields.put("finished", finished);
    fields.put("message", message.orElse(null));
    fields.put("duration_seconds", durationSeconds);
    fields.putAll(details);
    return fields;
  }
}
