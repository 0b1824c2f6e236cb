package neox.tokenizer.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.vocabulary.Vocabulary;

/// The tokens of a word whose scores add up to most (arXiv:1804.10959).
public final class Unigram implements WordModel {
  /// How much worse an unknown character is than the worst token.
  private static final double UNKNOWN_PENALTY = 10;

  private static final int NONE = -1;

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
        IntStream.range(0, vocabulary.size()).mapToObj(vocabulary::bytesAt).toList();
    trie = new ByteTrie(tokens);
    unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
  }

  @Override
  public void tokenize(String word, IntConsumer out) {
    byte[] text = Utf8.encode(word);
    int[] unknownFrom = {NONE};
    best(text)
        .walk((from, to, id) -> {
          if (id != unknown.id()) {
            flush(text, unknownFrom[0], from, out);
            unknownFrom[0] = NONE;
            out.accept(id);
          } else if (unknownFrom[0] == NONE) {
            unknownFrom[0] = from;
          }
        });
    flush(text, unknownFrom[0], text.length, out);
  }

  private BestPath best(byte[] text) {
    BestPath path = new BestPath(text.length, false);
    for (int at = 0; at < text.length; ) {
      int from = at;
      int next = from + Utf8.length(text[from]);
      double score = path.score(from);
      boolean[] single = {false};
      trie.prefixes(
          text,
          from,
          text.length,
          (id, end) -> {
            path.reach(from, end, id, scores[id] + score);
            single[0] |= end == next;
          });
      if (!single[0] && path.improves(next, unknownScore + score)) {
        String character = new String(text, from, next - from, StandardCharsets.UTF_8);
        path.reach(from, next, unknown.idFor(character), unknownScore + score);
      }
      at = next;
    }
    return path;
  }

  /// Neighbouring unknown characters count as one, which may be a token after all, or its bytes.
  private void flush(byte[] text, int from, int to, IntConsumer out) {
    if (from == NONE) {
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
