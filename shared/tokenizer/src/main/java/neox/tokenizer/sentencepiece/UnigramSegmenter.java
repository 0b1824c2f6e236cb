package neox.tokenizer.sentencepiece;

import java.util.Arrays;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.Utf8;

/// The pieces of a text whose scores add up to most (arXiv:1804.10959), in SentencePiece's
/// arithmetic of floats.
final class UnigramSegmenter implements SentencePieceEncoder.Segmenter {
  private static final float UNKNOWN_PENALTY = 10;
  private static final double USER_DISCOUNT = 0.1;
  private static final int UNREACHED = -1;

  private final SentencePieceModel model;
  private final ByteTrie trie;
  private final int[] ids;
  private final float unknownScore;
  private final float maxScore;

  /// @param ids those of the pieces in the trie
  UnigramSegmenter(SentencePieceModel model, ByteTrie trie, int[] ids) {
    this.model = model;
    this.trie = trie;
    this.ids = ids;
    float min = Float.MAX_VALUE;
    float max = Float.MIN_NORMAL;
    for (Piece piece : model.pieces()) {
      if (piece.kind() == Kind.NORMAL) {
        min = Math.min(min, piece.score());
        max = Math.max(max, piece.score());
      }
    }
    unknownScore = min - UNKNOWN_PENALTY;
    maxScore = max;
  }

  /// The best way to each place: where its last piece starts, and its id.
  private record Path(int[] starts, int[] ids, float[] scores) {
    /// Takes a way that is better than the one so far.
    void reach(int from, int to, int id, double score) {
      if (starts[to] == UNREACHED || score > scores[to]) {
        starts[to] = from;
        ids[to] = id;
        scores[to] = (float) score;
      }
    }
  }

  @Override
  public void segment(byte[] text, SentencePieceEncoder.Segments segments) {
    Path path = best(text);
    int[] ends = new int[text.length];
    int size = 0;
    for (int end = text.length; end > 0; end = path.starts[end]) {
      ends[size++] = end;
    }
    int from = 0;
    while (size > 0) {
      int end = ends[--size];
      segments.piece(from, end, path.ids[end]);
      from = end;
    }
  }

  private Path best(byte[] text) {
    int places = text.length + 1;
    Path path = new Path(new int[places], new int[places], new float[places]);
    Arrays.fill(path.starts, UNREACHED);
    for (int at = 0; at < text.length; ) {
      int from = at;
      int next = from + Utf8.length(text[from]);
      boolean[] single = {false};
      trie.prefixes(
          text,
          from,
          text.length,
          (index, end) -> {
            Piece piece = model.pieces().get(ids[index]);
            if (piece.kind() != Kind.UNUSED) {
              double score =
                  piece.kind() == Kind.USER_DEFINED
                      ? (end - from) * maxScore - USER_DISCOUNT
                      : piece.score();
              path.reach(from, end, ids[index], score + path.scores[from]);
              single[0] |= end == next;
            }
          });
      if (!single[0]) {
        path.reach(from, next, model.unknown(), unknownScore + path.scores[from]);
      }
      at = next;
    }
    return path;
  }
}
