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

  /// Dims of one attention head.
  public int headDim() {
    return hiddenSize / heads;
  }

  public Dims withKvHeads(int value) {
    return new Dims(hiddenSize, heads, value, seqLength, maxPositions, vocabDivisor);
  }

  static Dims from(ConfigTable t) {
    int hidden = t.integer("hidden_size", Range.atLeast(1), "width of the residual stream");
    int heads = t.integer("num_attention_heads", Range.atLeast(1), "query heads");
    int seqLength = t.integer("seq_length", Range.atLeast(1), "tokens per training sample");
    Dims dims =
        new Dims(
            hidden,
            heads,
            kvHeads(t, heads),
            seqLength,
            maxPositions(t, seqLength),
            t.integer(
                "make_vocab_size_divisible_by",
                128,
                Range.atLeast(1),
                "unit of vocabulary padding, per tensor-parallel rank"));
    t.check(
        hidden % heads == 0,
        List.of("hidden_size", "num_attention_heads"),
        "must be divisible by num_attention_heads (%d), found %d",
        heads,
        hidden);
    return dims;
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
        t.integer(
            "max_position_embeddings",
            Range.atLeast(1),
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
