package neox.prepare;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

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
    return java.util.stream.Stream.concat(java.util.stream.Stream.of(SAMPLE), NAMES.stream())
        .min(Comparator.comparingInt((String known) -> distance(name, known)))
        .filter(known -> distance(name, known) <= Math.max(1, name.length() / 3));
  }

  /// Levenshtein's: insertions, deletions and substitutions between two words.
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  private NeoxDataset() {}
}
