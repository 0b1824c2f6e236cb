package neox.converthf.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.converthf.tokenizer.TokenizerJsonWriter.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel;
import neox.tokenizer.sentencepiece.SentencePieceModel.Normalization;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;

/// A model of SentencePiece as `tokenizer.json`.
///
/// As in every such file, pieces for control (`</s>`) are found in texts, which SentencePiece
/// itself does not do.
final class SentencePieceJson {
  private static final String SPACE = "\u2581";

  private final SentencePieceModel model;

  private SentencePieceJson(SentencePieceModel model) {
    this.model = model;
  }

  /// The model in the bytes of `file`.
  static SentencePieceJson read(byte[] bytes, Path file) {
    return new SentencePieceJson(SentencePieceModel.read(bytes, file));
  }

  /// The piece for what is unknown.
  String unknown() {
    return model.pieces().get(model.unknown()).text();
  }

  /// The whole file.
  String text() {
    TokenizerJsonWriter writer = new TokenizerJsonWriter();
    for (int id = 0; id < model.pieces().size(); id++) {
      Piece piece = model.pieces().get(id);
      switch (piece.kind()) {
        case UNKNOWN, CONTROL -> writer.added(piece.text(), id, Kind.SPECIAL);
        case USER_DEFINED -> writer.added(piece.text(), id, Kind.TEXT);
        case NORMAL, UNUSED, BYTE -> {}
      }
    }
    writer.part("normalizer", normalizer());
    writer.part("decoder", decoder());
    return writer.model(model.merges() ? merges() : unigram());
  }

  private Map<String, Object> normalizer() {
    Normalization normalization = model.normalization();
    List<Map<String, Object>> steps = new ArrayList<>();
    normalization
        .map()
        .ifPresent(map ->
            steps.add(
                TokenizerJsonWriter.typed(
                    "Precompiled",
                    "precompiled_charsmap",
                    Base64.getEncoder().encodeToString(map.table()))));
    if (normalization.removeSpaces()) {
      steps.add(replace(Map.of("Regex", "\\A +| +\\z"), ""));
      steps.add(replace(Map.of("Regex", " {2,}"), " "));
    }
    if (normalization.dummyPrefix()) {
      steps.add(TokenizerJsonWriter.typed("Prepend", "prepend", SPACE));
    }
    steps.add(replace(Map.of("String", " "), SPACE));
    return TokenizerJsonWriter.typed("Sequence", "normalizers", steps);
  }

  private Map<String, Object> decoder() {
    List<Map<String, Object>> steps = new ArrayList<>();
    steps.add(replace(Map.of("String", SPACE), " "));
    steps.add(TokenizerJsonWriter.typed("ByteFallback"));
    steps.add(TokenizerJsonWriter.typed("Fuse"));
    if (model.normalization().dummyPrefix()) {
      steps.add(TokenizerJsonWriter.typed("Strip", "content", " ", "start", 1, "stop", 0));
    }
    return TokenizerJsonWriter.typed("Sequence", "decoders", steps);
  }

  private static Map<String, Object> replace(Map<String, String> pattern, String content) {
    return TokenizerJsonWriter.typed("Replace", "pattern", pattern, "content", content);
  }

  private Map<String, Object> unigram() {
    List<List<Object>> vocab =
        model.pieces().stream()
            .map(piece -> List.<Object>of(piece.text(), (double) piece.score()))
            .toList();
    return TokenizerJsonWriter.typed(
        "Unigram",
        "unk_id",
        model.unknown(),
        "vocab",
        vocab,
        "byte_fallback",
        model.byteFallback());
  }

  private Map<String, Object> merges() {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    for (Piece piece : model.pieces()) {
      vocab.put(piece.text(), vocab.size());
    }
    Map<String, Object> bpe =
        TokenizerJsonWriter.bpe(unknown(), model.byteFallback(), vocab, pairs(vocab));
    bpe.put("fuse_unk", true);
    return bpe;
  }

  /// A pair that merges into `merged`.
  private record Pair(String left, String right, Piece merged) {}

  /// Of all pairs whose merged piece exists, SentencePiece takes the one of the best score.
  private List<List<String>> pairs(Map<String, Integer> vocab) {
    List<Pair> pairs = new ArrayList<>();
    for (Piece piece : model.pieces()) {
      if (isMerged(piece)) {
        String text = piece.text();
        for (int at = 1; at < text.length(); at++) {
          String left = text.substring(0, at);
          String right = text.substring(at);
          if (isMergeable(left, vocab) && isMergeable(right, vocab)) {
            pairs.add(new Pair(left, right, piece));
          }
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(pair -> -pair.merged().score()));
    return pairs.stream().map(pair -> List.of(pair.left(), pair.right())).toList();
  }

  private boolean isMergeable(String text, Map<String, Integer> vocab) {
    Integer id = vocab.get(text);
    return id != null && isMerged(model.pieces().get(id));
  }

  private static boolean isMerged(Piece piece) {
    return switch (piece.kind()) {
      case NORMAL, UNUSED -> true;
      case UNKNOWN, CONTROL, USER_DEFINED, BYTE -> false;
    };
  }
}
