package neox.config.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// The architecture of a network: everything that decides which parameters exist and what they
/// compute.
///
/// @param blocks first to last
/// @param norm the kind of all normalization layers
/// @param mup how it is scaled, if it is
/// @param prompt vectors that stand before every text; they alone are trained
public record ModelConfig(
    Dims dims,
    List<BlockConfig> blocks,
    Positions positions,
    Norm norm,
    HeadConfig head,
    DropoutConfig dropout,
    InitConfig init,
    Optional<Mup> mup,
    Optional<PromptConfig> prompt) {

  /// Ten times the deepest network known; a larger number is a slip, and lists of so many blocks
  /// would fill the memory.
  private static final int MOST_LAYERS = 10_000;

  public ModelConfig {
    blocks = List.copyOf(blocks);
  }

  /// One without muP and without a soft prompt.
  public ModelConfig(
      Dims dims,
      List<BlockConfig> blocks,
      Positions positions,
      Norm norm,
      HeadConfig head,
      DropoutConfig dropout,
      InitConfig init) {
    this(dims, blocks, positions, norm, head, dropout, init, Optional.empty(), Optional.empty());
  }

  /// Vectors that stand before every text.
  public int promptTokens() {
    return prompt.map(PromptConfig::tokens).orElse(0);
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

  /// Whether queries and keys are normed over all heads that a tensor-parallel rank holds, so that
  /// another number of ranks is another formula.
  public boolean normsHeadsTogether() {
    return !(norm instanceof Norm.RmsNorm)
        && transformers().stream().anyMatch(block -> block.attention().normed());
  }

  public ModelConfig withDims(Dims value) {
    return new ModelConfig(value, blocks, positions, norm, head, dropout, init, mup, prompt);
  }

  /// Those of the blocks that are transformers'.
  public List<TransformerConfig> transformers() {
    return blocks.stream()
        .filter(TransformerConfig.class::isInstance)
        .map(TransformerConfig.class::cast)
        .toList();
  }

  /// Those of the blocks that are gMLPs.
  public List<GmlpConfig> gmlps() {
    return blocks.stream()
        .filter(GmlpConfig.class::isInstance)
        .map(GmlpConfig.class::cast)
        .toList();
  }

  /// Tokens of the longest text that it can read. (A gMLP's matrix has a row for each token of a
  /// training sample.)
  public int longest() {
    int known =
        positions instanceof Positions.Learned(int rows, int offset)
            ? rows - offset
            : maxPositions();
    return gmlps().isEmpty() ? known : Math.min(known, seqLength());
  }

  /// The same with every transformer block changed.
  public ModelConfig withTransformers(UnaryOperator<TransformerConfig> change) {
    return withBlocks(
        blocks.stream()
            .map(block ->
                switch (block) {
                  case TransformerConfig transformer -> (BlockConfig) change.apply(transformer);
                  case GmlpConfig gmlp -> gmlp;
                })
            .toList());
  }

  public ModelConfig withBlocks(List<? extends BlockConfig> value) {
    return new ModelConfig(
        dims, List.copyOf(value), positions, norm, head, dropout, init, mup, prompt);
  }

  public ModelConfig withPositions(Positions value) {
    return new ModelConfig(dims, blocks, value, norm, head, dropout, init, mup, prompt);
  }

  public ModelConfig withNorm(Norm value) {
    return new ModelConfig(dims, blocks, positions, value, head, dropout, init, mup, prompt);
  }

  public ModelConfig withHead(HeadConfig value) {
    return new ModelConfig(dims, blocks, positions, norm, value, dropout, init, mup, prompt);
  }

  public ModelConfig withDropout(DropoutConfig value) {
    return new ModelConfig(dims, blocks, positions, norm, head, value, init, mup, prompt);
  }

  public ModelConfig withInit(InitConfig value) {
    return new ModelConfig(dims, blocks, positions, norm, head, dropout, value, mup, prompt);
  }

  public ModelConfig withMup(Optional<Mup> value) {
    return new ModelConfig(dims, blocks, positions, norm, head, dropout, init, value, prompt);
  }

  public ModelConfig withPrompt(Optional<PromptConfig> value) {
    return new ModelConfig(dims, blocks, positions, norm, head, dropout, init, mup, value);
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
    Positions positions = Positions.from(t, dims);
    t.check(
        !(positions instanceof Positions.Rotary rotary) || rotary.fits(dims.headDim()),
        List.of("rotary_pct", "hidden_size", "num_attention_heads"),
        "%s of a head of %d dimensions rotates %d of them; expected an even number above 0",
        positions instanceof Positions.Rotary rotary ? rotary.fraction() : 0,
        dims.headDim(),
        positions instanceof Positions.Rotary rotary ? rotary.dims(dims.headDim()) : 0);
    Norm norm = Norm.from(t);
    HeadConfig head = HeadConfig.from(t);
    List<BlockConfig> blocks = Blocks.from(t, layers, dims.hiddenSize(), positions);
    dims.checkHeads(t);
    DropoutConfig dropout = DropoutConfig.from(t);
    InitConfig init = InitConfig.from(t);
    Optional<PromptConfig> prompt = PromptConfig.from(t);
    Optional<Mup> mup = Mup.from(t, dims.hiddenSize());
    ModelConfig model =
        new ModelConfig(dims, blocks, positions, norm, head, dropout, init).withMup(mup);
    t.check(
        prompt.isEmpty() || model.gmlps().isEmpty(),
        List.of("soft_prompt_tuning.enabled", "attention_config"),
        "gmlp and amlp blocks have no place for a soft prompt; set it to false");
    return model.withPrompt(prompt);
  }
}
