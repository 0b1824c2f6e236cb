package neox.config.model;

import java.util.List;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// The sizes that all parts of a network share.
///
/// @param hiddenSize width of the residual stream (`hidden_size`)
/// @param heads query heads (`num_attention_heads`)
/// @param kvHeads key/value heads (`num_kv_heads`, default `heads`)
/// @param seqLength tokens per training sample (`seq_length`)
/// @param maxPositions the longest text the network is built for (`max_position_embeddings`)
/// @param vocabDivisor vocabulary rows are padded to a multiple of this times the tensor-parallel
///   size (`make_vocab_size_divisible_by`)
public record Dims(
    int hiddenSize, int heads, int kvHeads, int seqLength, int maxPositions, int vocabDivisor) {

  /// Fifty times the widest network known; a larger number is a slip. The bytes of any network of
  /// such sizes can be counted in 64 bits.
  private static final int WIDEST = 1 << 20;

  private static final int LONGEST = 1 << 24;

  /// Dims of one attention head.
  public int headDim() {
    return hiddenSize / heads;
  }

  public Dims withKvHeads(int value) {
    return new Dims(hiddenSize, heads, value, seqLength, maxPositions, vocabDivisor);
  }

  static Dims from(ConfigTable t) {
    int hidden = size(t, WIDEST, "hidden_size", "width of the residual stream");
    int heads = size(t, WIDEST, "num_attention_heads", "query heads");
    int seqLength = size(t, LONGEST, "seq_length", "tokens per training sample");
    return new Dims(
        hidden,
        heads,
        kvHeads(t, heads),
        seqLength,
        maxPositions(t, seqLength),
        t.atMost(
            WIDEST,
            "make_vocab_size_divisible_by",
            t.integer(
                "make_vocab_size_divisible_by",
                128,
                Range.atLeast(1),
                "unit of vocabulary padding, per tensor-parallel rank")));
  }

  /// Reports heads of unequal size.
  void checkHeads(ConfigTable t) {
    t.check(
        hiddenSize % heads == 0,
        List.of("hidden_size", "num_attention_heads", "attention_config"),
        "must be divisible by num_attention_heads (%d), found %d",
        heads,
        hiddenSize);
  }

  private static int size(ConfigTable t, int limit, String name, String documentation) {
    return t.atMost(limit, name, t.integer(name, Range.atLeast(1), documentation));
  }

  private static int kvHeads(ConfigTable t, int heads) {
    int kvHeads =
        t.optional(
                "num_kv_heads",
                ConfigType.integer(Range.atLeast(1)),
                "key/value heads; all heads when not given")
            .orElse(heads);
    t.check(
        heads % kvHeads == 0,
        List.of("num_kv_heads", "num_attention_heads"),
        "must divide num_attention_heads (%d), found %d",
        heads,
        kvHeads);
    t.derived("num_kv_heads", kvHeads);
    return kvHeads;
  }

  private static int maxPositions(ConfigTable t, int seqLength) {
    int positions =
        size(
            t,
            LONGEST,
            "max_position_embeddings",
            "rows of a learned position table; at least seq_length");
    t.check(
        positions >= seqLength,
        List.of("max_position_embeddings", "seq_length"),
        "must be at least seq_length (%d), found %d",
        seqLength,
        positions);
    return positions;
  }
}
