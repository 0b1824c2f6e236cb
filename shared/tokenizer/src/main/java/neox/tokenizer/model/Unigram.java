package neox.tokenizer.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.vocabulary.Vocabulary;

/// The tokens of a word whose scores add up to most (arXiv:1804.10959).
public final class Unigram implements WordModel {
  /// How much worse an unknown character is than the worst token.
  private static final double UNKNOWN_PENALTY = 10;

  private static final int UNREACHED = -1;

  private final Vocabulary vocabulary;
  private final double[] scores;
  private final ByteTrie trie;
  private final Unknown unknown;
  private final ByteTokens bytes;
  private final double unknownScore;

  /// @param vocabulary tokens whose ids are their places in it
  /// @param byteFallback whether the bytes of what is unknown have tokens
  Unigram(Vocabulary vocabulary, double[] scores, Unknown unknown, boolean byteFallback) {
    this.vocabulary = vocabulary;
    this.scores = scores.clone();
    this.unknown = unknown;
    bytes = byteFallback ? ByteTokens.of(vocabulary) : ByteTokens.NONE;
    List<byte[]> tokens =
        java.util.stream.IntStream.range(0, vocabulary.size())
            .mapToObj(vocabulary::bytesAt)
            .toList();
    trie = new ByteTrie(tokens);
    unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
  }

  @Override
  public void tokenize(String word, IntConsumer out) {
    byte[] text = Utf8.encode(word);
    Path path = best(text);
    int size = 0;
    int[] ends = new int[text.length + 1];
    for (int end = text.length; end > 0; end = path.starts[end]) {
      ends[size++] = end;
    }
    int unknownFrom = UNREACHED;
    int from = 0;
    for (int i = size - 1; i >= 0; i--) {
      boolean isUnknown = path.ids[ends[i]] == unknown.id();
      if (!isUnknown) {
        flush(text, unknownFrom, from, out);
        unknownFrom = UNREACHED;
        out.accept(path.ids[ends[i]]);
      } else if (unknownFrom == UNREACHED) {
        unknownFrom = from;
      }
      from = ends[i];
    }
    flush(text, unknownFrom, from, out);
  }

  /// The best way to each place: where its last token starts, and its id.
  private record Path(int[] starts, int[] ids, double[] scores) {}

  private Path best(byte[] text) {
    int places = text.length + 1;
    Path path = new Path(new int[places], new int[places], new double[places]);
    Arrays.fill(path.starts, UNREACHED);
    for (int at = 0; at < text.length; ) {
      int from = at;
      int next = from + Utf8.length(text[from]);
      boolean[] single = {false};
      trie.prefixes(
          text,
          from,
          text.length,
          (id, end) -> {
            reach(path, from, end, id, scores[id]);
            single[0] |= end == next;
          });
      if (!single[0] && isBetter(path, from, next, unknownScore)) {
        String character = new String(text, from, next - from, StandardCharsets.UTF_8);
        reach(path, from, next, unknown.idFor(character), unknownScore);
      }
      at = next;
    }
    return path;
  }

  private static boolean isBetter(Path path, int from, int to, double score) {
    return path.starts[to] == UNREACHED || path.scores[from] + score > path.scores[to];
  }

  private static void reach(Path path, int from, int to, int id, double score) {
    if (isBetter(path, from, to, score)) {
      path.starts[to] = from;
      path.ids[to] = id;
      path.scores[to] = path.scores[from] + score;
    }
  }

  /// Neighbouring unknown characters count as one, which may be a token after all, or its bytes.
  private void flush(byte[] text, int from, int to, IntConsumer out) {
    if (from == UNREACHED) {
      return;
    }
    int id = vocabulary.id(text, from, to);
    if (id != Vocabulary.MISSING) {
      out.accept(id);
    } else if (!bytes.put(text, from, to, out)) {
      out.accept(unknown.id());
    }
  }
}
