package neox.prepare;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.Spelling;

/// The data sets that GPT-NeoX's `prepare_data.py` knows by name.
final class NeoxDataset {
  static final String SAMPLE = "sample";

  static final List<String> NAMES =
      List.of(
          "arxiv",
          "books1",
          "books3",
          "c4",
          "c4_openwebtext",
          "enron",
          "enwik8",
          "europarl",
          "freelaw",
          "github",
          "hackernews",
          "nih",
          "openwebtext2",
          "pass",
          "pile",
          "pile_subset",
          "pubmed",
          "stackexchange",
          "ubuntu_irc",
          "youtube_subtitles");

  /// The known name that was probably meant.
  static Optional<String> nearest(String name) {
    List<String> known = Stream.concat(Stream.of(SAMPLE), NAMES.stream()).toList();
    return Spelling.nearest(name, known, Math.max(1, name.length() / 3));
  }

  private NeoxDataset() {}
}
