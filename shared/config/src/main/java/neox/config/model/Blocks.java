package neox.config.model;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Reads what the blocks of a network are made of.
///
/// @param attention of every transformer block, but for its kind and its factor
/// @param scalesBias whether the bias of positions grows with the block's number
/// @param attentionSize of aMLP blocks
record Blocks(
    AttentionConfig attention,
    boolean scalesBias,
    MlpConfig mlp,
    Residual residual,
    int attentionSize) {

  static List<BlockConfig> from(ConfigTable t, int layers, int hidden, Positions positions) {
    Residual residual = Residual.from(t);
    boolean bias = t.flag("use_bias_in_attn_linear", true, "biases in the attention projections");
    Optional<Integer> window =
        t.optional(
            "sliding_window_width",
            ConfigType.integer(Range.atLeast(1)),
            "tokens before its own that a token sees; all when not given");
    boolean normed =
        t.flag(
            "use_qk_layernorm",
            false,
            "a norm of queries and keys: layernorm over all heads together, rmsnorm over each");
    boolean softmaxInFp32 =
        t.flag("attention_softmax_in_fp32", false, "softmax in fp32, whatever the precision");
    // Divides the scores by the block's number and multiplies them again in fp32: no change but
    // the precision, unless a bias is added in between.
    boolean scaling =
        t.flag(
            "apply_query_key_layer_scaling",
            false,
            "softmax in fp32; the bias of rpe or alibi times the block's number, from 0, if above 1");
    AttentionConfig attention =
        AttentionConfig.PLAIN
            .withBias(bias)
            .withSoftmaxInFp32(softmaxInFp32 || scaling)
            .withWindow(window.map(OptionalInt::of).orElseGet(OptionalInt::empty))
            .withNormed(normed);
    MlpConfig mlp = MlpConfig.from(t, hidden);
    List<BlockKind> kinds = kinds(t, layers);
    int attentionSize =
        t.integer(
            "gmlp_attn_dim", 64, Range.atLeast(1), "width of the attention head of amlp blocks");
    checkGmlp(t, kinds, mlp.activation());
    Blocks blocks =
        new Blocks(attention, scaling && positions.biasesScores(), mlp, residual, attentionSize);
    return IntStream.range(0, layers)
        .mapToObj(number -> blocks.block(kinds.get(number), number))
        .toList();
  }

  private static void checkGmlp(ConfigTable t, List<BlockKind> kinds, Activation activation) {
    t.check(
        !activation.gated() || !(kinds.contains(BlockKind.GMLP) || kinds.contains(BlockKind.AMLP)),
        List.of("activation", "attention_config"),
        "gmlp and amlp blocks gate by themselves: expected an activation without a gate, found %s",
        ConfigType.nameOf(activation));
  }

  /// The kind of each block.
  private static List<BlockKind> kinds(ConfigTable t, int layers) {
    Optional<AttentionPattern> pattern =
        t.optional(
            "attention_config",
            AttentionPattern.type(),
            "kind of each block: global, or flash (the same formula), gmlp, amlp");
    long described = pattern.map(p -> p.count(layers)).orElse((long) layers);
    t.check(
        described == layers,
        List.of("attention_config", "num_layers"),
        "describes %d blocks, num_layers is %d",
        described,
        layers);
    return pattern.isPresent() && described == layers
        ? pattern.get().kinds(layers)
        : Collections.nCopies(layers, BlockKind.GLOBAL);
  }

  private BlockConfig block(BlockKind kind, int number) {
    return switch (kind) {
      case GLOBAL -> transformer(AttentionKind.GLOBAL, number);
      case FLASH -> transformer(AttentionKind.FLASH, number);
      case GMLP -> gmlp(OptionalInt.empty());
      case AMLP -> gmlp(OptionalInt.of(attentionSize));
    };
  }

  private TransformerConfig transformer(AttentionKind kind, int number) {
    AttentionConfig own =
        attention.withKind(kind).withBiasFactor(scalesBias ? Math.max(1, number) : 1);
    return new TransformerConfig(own, mlp, residual);
  }

  private GmlpConfig gmlp(OptionalInt size) {
    return new GmlpConfig(mlp.activation(), mlp.tanhGelu(), size, attention.softmaxInFp32());
  }
}
