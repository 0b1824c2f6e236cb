package neox.tokenizer.sentencepiece;

import neox.tokenizer.model.BestPath;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.Utf8;

/// The pieces of a text whose scores add up to most (arXiv:1804.10959), in SentencePiece's
/// arithmetic of floats.
final class UnigramSegmenter implements SentencePieceEncoder.Segmenter {
  private static final float UNKNOWN_PENALTY = 10;
  private static final double USER_DISCOUNT = 0.1;

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

  @Override
  public void segment(byte[] text, BestPath.Segments segments) {
    best(text).walk(segments);
  }

  private BestPath best(byte[] text) {
    BestPath path = new BestPath(text.length, true);
    for (int at = 0; at < text.length; ) {
      int from = at;
      int next = from + Utf8.length(text[from]);
      float soFar = (float) path.score(from);
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
              path.reach(from, end, ids[index], score + soFar);
              single[0] |= end == next;
            }
          });
      if (!single[0]) {
        path.reach(from, next, model.unknown(), unknownScore + soFar);
      }
      at = next;
    }
    return path;
  }
}
