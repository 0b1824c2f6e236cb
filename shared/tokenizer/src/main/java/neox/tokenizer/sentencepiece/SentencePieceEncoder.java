package neox.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import neox.tokenizer.model.BestPath;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;
import neox.tokenizer.text.ByteTrie;

/// Makes the ids of a SentencePiece model of a text. Immutable, safe to share between threads.
public final class SentencePieceEncoder {
  private final SentencePieceModel model;
  private final SentencePieceNormalizer normalizer;
  private final Segmenter segmenter;

  /// The pieces that stand for bytes, if there are any.
  private final int[] byteIds = new int[256];

  /// Cuts a normalized text into pieces.
  interface Segmenter {
    /// Hands over the pieces, unknown ones by the id of the unknown piece.
    void segment(byte[] text, BestPath.Segments segments);
  }

  public SentencePieceEncoder(SentencePieceModel model) {
    this.model = model;
    List<Integer> texts = new ArrayList<>();
    List<byte[]> symbols = new ArrayList<>();
    for (int id = 0; id < model.pieces().size(); id++) {
      Piece piece = model.pieces().get(id);
      if (piece.isText()) {
        texts.add(id);
      }
      if (piece.kind() == Kind.USER_DEFINED) {
        symbols.add(utf8(piece));
      }
      if (piece.kind() == Kind.BYTE) {
        byteIds[piece.byteValue()] = id;
      }
    }
    ByteTrie userSymbols = new ByteTrie(symbols);
    normalizer = new SentencePieceNormalizer(model.normalization(), userSymbols);
    ByteTrie trie = new ByteTrie(texts.stream().map(id -> utf8(model.pieces().get(id))).toList());
    int[] textIds = texts.stream().mapToInt(Integer::intValue).toArray();
    segmenter =
        model.merges()
            ? new MergeSegmenter(model, userSymbols, trie, textIds)
            : new UnigramSegmenter(model, trie, textIds);
  }

  private static byte[] utf8(Piece piece) {
    return piece.text().getBytes(StandardCharsets.UTF_8);
  }

  /// Hands over the ids of a text.
  public void encode(byte[] utf8, int from, int to, IntConsumer out) {
    byte[] text = normalizer.normalize(Arrays.copyOfRange(utf8, from, to));
    boolean[] afterUnknown = {false};
    segmenter.segment(
        text,
        (start, end, id) -> {
          boolean unknown = id == model.unknown();
          if (unknown && model.byteFallback()) {
            for (int i = start; i < end; i++) {
              out.accept(byteIds[text[i] & 0xFF]);
            }
          } else if (!unknown || !afterUnknown[0]) {
            out.accept(id);
          }
          afterUnknown[0] = unknown;
        });
  }
}
