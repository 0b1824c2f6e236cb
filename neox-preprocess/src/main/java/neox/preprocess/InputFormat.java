package neox.preprocess;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a file name's ending says about its content.
enum InputFormat {
  JSON_LINES(".jsonl"),
  ZSTD_JSON_LINES(".jsonl.zst"),
  TEXT(".txt");

  /// Endings that GPT-NeoX reads: in a directory they must not be passed over in silence.
  private static final List<String> NEOX_ENDINGS =
      List.of(".zst", ".zst.tar", ".gz", ".xz", ".zip", ".parquet");

  private final String ending;

  InputFormat(String ending) {
    this.ending = ending;
  }

  static Optional<InputFormat> ofName(String name) {
    return Arrays.stream(values()).filter(format -> name.endsWith(format.ending)).findFirst();
  }

  /// Whether a name looks like a corpus that we cannot read yet.
  static boolean unreadableCorpus(String name) {
    return ofName(name).isEmpty() && NEOX_ENDINGS.stream().anyMatch(name::endsWith);
  }

  /// The endings that are read, for messages.
  static String endings() {
    return Arrays.stream(values()).map(format -> format.ending).collect(Collectors.joining(", "));
  }
}
