package neox.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;
import neox.tokenizer.text.ByteTrie;

/// Makes the ids of a SentencePiece model of a text. Immutable, safe to share between threads.
public final class SentencePieceEncoder {
  private final SentencePieceModel model;
  private final SentencePieceNormalizer normalizer;
  private final Segmenter segmenter;
  private final Map<String, Integer> ids = new HashMap<>();

  /// Cuts a normalized text into pieces.
  interface Segmenter {
    void segment(byte[] text, Segments segments);
  }

  /// Receives the pieces of a text in order.
  interface Segments {
    /// @param id that of the piece, or of the unknown one
    void piece(int from, int to, int id);
  }

  public SentencePieceEncoder(SentencePieceModel model) {
    this.model = model;
    List<Integer> texts = new ArrayList<>();
    List<byte[]> symbols = new ArrayList<>();
    for (int id = 0; id < model.pieces().size(); id++) {
      Piece piece = model.pieces().get(id);
      ids.put(piece.text(), id);
      if (piece.isText()) {
        texts.add(id);
      }
      if (piece.kind() == Kind.USER_DEFINED) {
        symbols.add(utf8(piece));
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
              out.accept(ids.get(String.format("<0x%02X>", text[i] & 0xFF)));
            }
          } else if (!unknown || !afterUnknown[0]) {
            out.accept(id);
          }
          afterUnknown[0] = unknown;
        });
  }
}
