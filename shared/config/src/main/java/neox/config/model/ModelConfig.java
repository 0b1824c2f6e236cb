package neox.config.model;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// The architecture of a network: everything that decides which parameters exist and what they
/// compute.
///
/// @param blocks the transformer blocks, first to last
/// @param norm the kind of all normalization layers
public record ModelConfig(
    Dims dims,
    List<BlockConfig> blocks,
    Positions positions,
    Norm norm,
    HeadConfig head,
    DropoutConfig dropout,
    InitConfig init) {

  /// Ten times the deepest network known; a larger number is a slip, and lists of so many blocks
  /// would fill the memory.
  private static final int MOST_LAYERS = 10_000;

  public ModelConfig {
    blocks = List.copyOf(blocks);
  }

  /// Number of transformer blocks.
  public int layers() {
    return blocks.size();
  }

  public int hiddenSize() {
    return dims.hiddenSize();
  }

  public int heads() {
    return dims.heads();
  }

  public int kvHeads() {
    return dims.kvHeads();
  }

  public int headDim() {
    return dims.headDim();
  }

  public int seqLength() {
    return dims.seqLength();
  }

  public int maxPositions() {
    return dims.maxPositions();
  }

  public ModelConfig withDims(Dims value) {
    return new ModelConfig(value, blocks, positions, norm, head, dropout, init);
  }

  /// The same with every block changed.
  public ModelConfig withBlocks(UnaryOperator<BlockConfig> change) {
    return withBlocks(blocks.stream().map(change).toList());
  }

  public ModelConfig withBlocks(List<BlockConfig> value) {
    return new ModelConfig(dims, value, positions, norm, head, dropout, init);
  }

  public ModelConfig withPositions(Positions value) {
    return new ModelConfig(dims, blocks, value, norm, head, dropout, init);
  }

  public ModelConfig withNorm(Norm value) {
    return new ModelConfig(dims, blocks, positions, value, head, dropout, init);
  }

  public ModelConfig withHead(HeadConfig value) {
    return new ModelConfig(dims, blocks, positions, norm, value, dropout, init);
  }

  public ModelConfig withDropout(DropoutConfig value) {
    return new ModelConfig(dims, blocks, positions, norm, head, value, init);
  }

  public ModelConfig withInit(InitConfig value) {
    return new ModelConfig(dims, blocks, positions, norm, head, dropout, value);
  }

  /// Reads the keys of the section `Model`.
  public static ModelConfig from(ConfigTable t) {
    t.section("Model");
    int layers =
        t.atMost(
            MOST_LAYERS,
            "num_layers",
            t.integer("num_layers", Range.atLeast(1), "transformer blocks"));
    Dims dims = Dims.from(t);
    Positions positions = Positions.from(t, dims.maxPositions());
    t.check(
        !(positions instanceof Positions.Rotary rotary) || rotary.fits(dims.headDim()),
        List.of("rotary_pct", "hidden_size", "num_attention_heads"),
        "%s of a head of %d dimensions rotates %d of them; expected an even number above 0",
        positions instanceof Positions.Rotary rotary ? rotary.fraction() : 0,
        dims.headDim(),
        positions instanceof Positions.Rotary rotary ? rotary.dims(dims.headDim()) : 0);
    Norm norm = Norm.from(t);
    HeadConfig head = HeadConfig.from(t);
    Residual residual = Residual.from(t);
    List<AttentionConfig> attention = attention(t, positions, layers);
    MlpConfig mlp = MlpConfig.from(t, dims.hiddenSize());
    List<BlockConfig> blocks =
        attention.stream().map(each -> new BlockConfig(each, mlp, residual)).toList();
    dims.checkHeads(t);
    return new ModelConfig(
        dims, blocks, positions, norm, head, DropoutConfig.from(t), InitConfig.from(t));
  }

  /// That of each block.
  private static List<AttentionConfig> attention(ConfigTable t, Positions positions, int layers) {
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
    AttentionConfig each =
        AttentionConfig.PLAIN
            .withBias(bias)
            .withSoftmaxInFp32(softmaxInFp32 || scaling)
            .withWindow(window.map(OptionalInt::of).orElseGet(OptionalInt::empty))
            .withNormed(normed);
    List<AttentionKind> kinds = kinds(t, layers);
    boolean scalesBias = scaling && positions.biasesScores();
    return IntStream.range(0, layers)
        .mapToObj(block ->
            each.withKind(kinds.get(block)).withBiasFactor(scalesBias ? Math.max(1, block) : 1))
        .toList();
  }

  /// The kind of attention of each block.
  private static List<AttentionKind> kinds(ConfigTable t, int layers) {
    Optional<AttentionPattern> pattern =
        t.optional(
            "attention_config",
            AttentionPattern.type(),
            "kind of attention per block: global, or flash (the same formula)");
    long described = pattern.map(p -> p.count(layers)).orElse((long) layers);
    t.check(
        described == layers,
        List.of("attention_config", "num_layers"),
        "describes %d blocks, num_layers is %d",
        described,
        layers);
    return pattern.isPresent() && described == layers
        ? pattern.get().kinds(layers)
        : Collections.nCopies(layers, AttentionKind.GLOBAL);
  }
}
