package neox.inference.text;

import java.util.List;
import neox.tokenizer.Tokenizer;

/// The text of one continuation as its tokens come: whole characters, up to the first stop text,
/// which is cut off with all that follows. Mutable.
public final class TextStream {
  private final Detokenizer detokenizer;
  private final StopScanner stops;

  /// @param stops texts that end the continuation; empty ones mean nothing
  public TextStream(Detokenizer detokenizer, List<String> stops) {
    this.detokenizer = detokenizer;
    this.stops = new StopScanner(stops.stream().filter(stop -> !stop.isEmpty()).toList());
  }

  /// A text of its own.
  public static TextStream of(Tokenizer tokenizer, List<String> stops) {
    return new TextStream(Detokenizer.of(tokenizer), stops);
  }

  /// What can be shown now that this token has come. What may be the beginning of a stop text is
  /// held back.
  public String add(int token) {
    return stops.found() ? "" : stops.add(detokenizer.add(token));
  }

  /// Whether a stop text has come; nothing follows.
  public boolean isStopped() {
    return stops.found();
  }

  /// What is left to show when no token follows.
  public String end() {
    if (stops.found()) {
      return "";
    }
    String last = stops.add(detokenizer.end());
    return stops.found() ? last : last + stops.rest();
  }
}
