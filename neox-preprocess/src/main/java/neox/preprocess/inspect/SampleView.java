package neox.preprocess.inspect;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import neox.data.SamplePiece;
import neox.data.SplitSamples;
import neox.tokenizer.Tokenizer;

/// One training sample, as a person wants to see it.
///
/// @param tokens seqLength + 1 of them: all but the last are input, all but the first are labels
/// @param counts whether token `i` is to be predicted; the first never is, and counts all the same
/// @param pieces the documents that the tokens are from; what is beyond them is padding
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SampleView(
    String split, long number, int[] tokens, boolean[] counts, List<SamplePiece> pieces) {
  private static final int MASKED_LABEL = -100;

  /// @param masked no loss is taken on predictions made from this token
  static SampleView of(SplitSamples split, long number, OptionalInt masked) {
    int[] tokens = new int[split.samples().length()];
    split.samples().get(number, tokens);
    int[] labels = new int[tokens.length];
    split.samples().labels(number, labels);
    boolean[] counts = new boolean[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      boolean fromMasked = i > 0 && masked.isPresent() && tokens[i - 1] == masked.getAsInt();
      counts[i] = i == 0 || (labels[i] >= 0 && !fromMasked);
    }
    return new SampleView(split.name(), number, tokens, counts, split.samples().pieces(number));
  }

  /// The text, document by document; what no loss is taken on stands in ⟦…⟧.
  void printText(Tokenizer tokenizer, PrintStream out) {
    printHead(out);
    int at = 0;
    for (SamplePiece piece : pieces) {
      printOrigin(piece, out);
      out.println(text(tokenizer, at, at + piece.length()));
      at += piece.length();
    }
    printPadding(at, out);
  }

  private void printPadding(int from, PrintStream out) {
    if (from < tokens.length) {
      out.printf(Locale.ROOT, "-- padding: %,d tokens%n", tokens.length - from);
    }
  }

  private String text(Tokenizer tokenizer, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int start = from; start < to; ) {
      int end = start + 1;
      while (end < to && counts[end] == counts[start]) {
        end++;
      }
      String part = tokenizer.decode(Arrays.copyOfRange(tokens, start, end));
      text.append(counts[start] ? part : "⟦" + part + "⟧");
      start = end;
    }
    return text.toString();
  }

  /// The ids, document by document; those that no loss is taken on stand in ⟦…⟧.
  void printIds(PrintStream out) {
    printHead(out);
    int at = 0;
    for (SamplePiece piece : pieces) {
      printOrigin(piece, out);
      out.println(
          IntStream.range(at, at + piece.length())
              .mapToObj(i -> counts[i] ? Integer.toString(tokens[i]) : "⟦" + tokens[i] + "⟧")
              .collect(Collectors.joining(" ")));
      at += piece.length();
    }
    printPadding(at, out);
  }

  private void printHead(PrintStream out) {
    long masked = IntStream.range(0, counts.length).filter(i -> !counts[i]).count();
    out.printf(
        Locale.ROOT,
        "== %s sample %,d: %,d tokens of %,d document%s%s%n",
        split,
        number,
        tokens.length,
        pieces.size(),
        pieces.size() == 1 ? "" : "s",
        masked == 0 ? "" : String.format(Locale.ROOT, "; no loss on %,d, in ⟦…⟧", masked));
  }

  private static void printOrigin(SamplePiece piece, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "-- %s document %d, tokens %d to %d%n",
        piece.prefix(),
        piece.document(),
        piece.offset(),
        piece.offset() + piece.length() - 1);
  }

  /// The same for a machine; labels without loss are -100.
  Map<String, Object> toJson(Tokenizer tokenizer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("split", split);
    json.put("sample", number);
    json.put("tokens", Arrays.copyOf(tokens, tokens.length - 1));
    json.put(
        "labels",
        IntStream.range(1, tokens.length).map(i -> counts[i] ? tokens[i] : MASKED_LABEL).toArray());
    List<Map<String, Object>> from = new ArrayList<>();
    for (SamplePiece piece : pieces) {
      Map<String, Object> origin = new LinkedHashMap<>();
      origin.put("prefix", piece.prefix().toString());
      origin.put("document", piece.document());
      origin.put("offset", piece.offset());
      origin.put("length", piece.length());
      from.add(origin);
    }
    json.put("documents", from);
    json.put("text", tokenizer.decode(tokens));
    return json;
  }
}
