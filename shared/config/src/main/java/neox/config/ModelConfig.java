package neox.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The architecture of a network: everything that decides which parameters exist and what they
/// compute.
///
/// @param layers number of transformer blocks (`num_layers`)
/// @param heads query heads (`num_attention_heads`)
/// @param kvHeads key/value heads (`num_kv_heads`, default `heads`)
/// @param seqLength tokens per training sample (`seq_length`)
/// @param maxPositionEmbeddings rows of a learned position table (`max_position_embeddings`)
/// @param normEpsilon epsilon of the norm in use
/// @param rotaryPct fraction of each head's dimensions that is rotated (`rotary_pct`)
/// @param rotaryBase theta of arXiv:2104.09864 (`rotary_emb_base`)
/// @param tiedHead the output projection is the embedding matrix (not `no_weight_tying`)
/// @param parallelResidual attention and MLP read the same input (`gpt_j_residual`)
/// @param tiedNorm attention and MLP share one norm (`gpt_j_tied`)
/// @param tanhGelu gelu by its tanh approximation (`bias_gelu_fusion`)
/// @param mlpSize width between the two MLP projections; of each half when gated
/// @param initMethod initializer of embeddings, qkv, first MLP projection and head
/// @param outputInitMethod initializer of the projections back into the residual stream
/// @param vocabDivisor vocabulary rows are padded to a multiple of this times the tensor-parallel
///   size (`make_vocab_size_divisible_by`)
public record ModelConfig(
    int layers,
    int hiddenSize,
    int heads,
    int kvHeads,
    int seqLength,
    int maxPositionEmbeddings,
    Norm norm,
    double normEpsilon,
    PositionEmbedding positionEmbedding,
    double rotaryPct,
    int rotaryBase,
    boolean tiedHead,
    boolean parallelResidual,
    boolean tiedNorm,
    boolean biasInAttention,
    boolean biasInMlp,
    Activation activation,
    boolean tanhGelu,
    int mlpSize,
    double hiddenDropout,
    double attentionDropout,
    boolean softmaxInFp32,
    InitMethod initMethod,
    InitMethod outputInitMethod,
    double initStd,
    int vocabDivisor) {

  /// Dimensions of one attention head.
  public int headDim() {
    return hiddenSize / heads;
  }

  /// How many of a head's dimensions are rotated.
  public int rotaryDim() {
    return (int) (headDim() * rotaryPct);
  }

  /// Reads the keys; one statement a component, which makes it longer than our limit.
  static ModelConfig from(ConfigTable t) {
    t.section("Model");
    int layers = t.integer("num_layers", Range.atLeast(1), "transformer blocks");
    int hidden = t.integer("hidden_size", Range.atLeast(1), "width of the residual stream");
    int heads = t.integer("num_attention_heads", Range.atLeast(1), "query heads");
    int seqLength = t.integer("seq_length", Range.atLeast(1), "tokens per training sample");
    Activation activation =
        t.choice("activation", Activation.GELU, "non-linearity of the MLP; gated: geglu … glu");
    Norm norm = norm(t);
    PositionEmbedding position =
        t.choice("pos_emb", PositionEmbedding.LEARNED, "how positions enter the network");
    double rotaryPct =
        t.real("rotary_pct", 1.0, Range.between(0, 1), "rotated fraction of each head");
    ModelConfig config =
        new ModelConfig(
            layers,
            hidden,
            heads,
            kvHeads(t, heads),
            seqLength,
            maxPositions(t, seqLength),
            norm,
            epsilon(t, norm),
            position,
            rotaryPct,
            t.integer("rotary_emb_base", 10000, Range.atLeast(1), "theta of arXiv:2104.09864"),
            !t.flag("no_weight_tying", false, "the output projection has its own matrix"),
            t.flag("gpt_j_residual", false, "attention and MLP read the same input"),
            t.flag("gpt_j_tied", false, "attention and MLP share one norm"),
            t.flag("use_bias_in_attn_linear", true, "biases in the attention projections"),
            t.flag("use_bias_in_mlp", true, "biases in the MLP projections"),
            activation,
            tanhGelu(t, activation),
            mlpSize(t, hidden, activation),
            dropout(t, "hidden_dropout", "dropout after embedding, attention and MLP"),
            dropout(t, "attention_dropout", "dropout of attention probabilities"),
            softmaxInFp32(t, position),
            initMethod(
                t,
                "init_method",
                InitMethod.NORMAL,
                "first values of embeddings, qkv, linear1, head"),
            initMethod(
                t,
                "output_layer_init_method",
                InitMethod.SCALED_NORMAL,
                "first values of attention.dense, linear2"),
            t.real(
                "init_method_std",
                0.02,
                Range.POSITIVE,
                "standard deviation of the normal methods"),
            t.integer(
                "make_vocab_size_divisible_by",
                128,
                Range.atLeast(1),
                "unit of vocabulary padding, per tensor-parallel rank"));
    config.checkRules(t);
    return config;
  }

  /// NeoX compat: the fused kernel computes another formula, and only for gelu; every other
  /// activation takes no notice of the flag.
  private static boolean tanhGelu(ConfigTable t, Activation activation) {
    boolean fusion =
        t.flag("bias_gelu_fusion", false, "gelu by its tanh approximation; only activation gelu");
    return fusion && activation == Activation.GELU;
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

  private static Norm norm(ConfigTable t) {
    String transformerEngine = "it is a TransformerEngine kernel; write it without te_";
    return t.choice(
        "norm",
        Norm.LAYERNORM,
        Map.of("te_layernorm", transformerEngine, "te_rmsnorm", transformerEngine),
        "normalization layer");
  }

  private static double epsilon(ConfigTable t, Norm norm) {
    double layer = t.real("layernorm_epsilon", 1e-5, Range.POSITIVE, "epsilon of layernorm");
    double rms = t.real("rms_norm_epsilon", 1e-8, Range.POSITIVE, "epsilon of rmsnorm");
    double scale = t.real("scalenorm_epsilon", 1e-8, Range.POSITIVE, "epsilon of scalenorm");
    return switch (norm) {
      case LAYERNORM, NON_PARAMETRIC_LAYERNORM -> layer;
      case RMSNORM -> rms;
      case SCALENORM -> scale;
    };
  }

  private static double dropout(ConfigTable t, String name, String documentation) {
    return t.real(name, 0.0, Range.below(0, 1), documentation);
  }

  private static InitMethod initMethod(
      ConfigTable t, String name, InitMethod otherwise, String documentation) {
    return t.choice(
        name,
        otherwise,
        Map.of("orthogonal", "it always fails in GPT-NeoX too; use scaled_orthogonal"),
        documentation);
  }

  /// `apply_query_key_layer_scaling` divides the scores by the layer's index and multiplies them
  /// again in fp32: no change but the precision, unless a bias is added in between.
  private static boolean softmaxInFp32(ConfigTable t, PositionEmbedding position) {
    boolean asked =
        t.flag("attention_softmax_in_fp32", false, "softmax in fp32, whatever the precision");
    boolean scaling =
        t.flag("apply_query_key_layer_scaling", false, "softmax in fp32 (not with rpe or alibi)");
    boolean bias = position == PositionEmbedding.RPE || position == PositionEmbedding.ALIBI;
    t.check(
        !scaling || !bias,
        List.of("apply_query_key_layer_scaling", "pos_emb"),
        "not supported with pos_emb rpe or alibi, whose bias it would scale; set it to false");
    return asked || scaling;
  }

  /// The width between the two projections; of one half when gated. NeoX's rule, where it gives a
  /// working network: a gated MLP gets two thirds of the width, so that three matrices hold as many
  /// weights as two, rounded up to `mlp_multiple_of` per half.
  private static int mlpSize(ConfigTable t, int hidden, Activation activation) {
    Optional<Integer> size =
        t.optional(
            "intermediate_size",
            ConfigType.integer(Range.atLeast(1)),
            "width of the MLP, before the 2/3 of gated activations; 4 hidden_size when not given");
    Optional<Double> factor =
        t.optional(
            "expansion_factor",
            ConfigType.real(Range.POSITIVE),
            "width of the MLP as a multiple of hidden_size, instead of intermediate_size");
    int multiple =
        t.integer("mlp_multiple_of", 1, Range.atLeast(1), "unit to which the width is rounded up");
    t.check(
        size.isEmpty() || factor.isEmpty(),
        List.of("expansion_factor", "intermediate_size"),
        "give either intermediate_size or expansion_factor, not both");
    long base =
        size.map(Integer::longValue)
            .orElse(factor.map(f -> (long) (f * hidden)).orElse(4L * hidden));
    long units = multiple;
    if (activation.gated()) {
      long bothHalves = base * 2 / 3;
      return Math.toIntExact(units * Math.ceilDiv(bothHalves, 2 * units));
    }
    return Math.toIntExact(units * Math.ceilDiv(base, units));
  }

  private void checkRules(ConfigTable t) {
    t.check(
        hiddenSize % heads == 0,
        List.of("hidden_size", "num_attention_heads"),
        "must be divisible by num_attention_heads (%d), found %d",
        heads,
        hiddenSize);
    t.check(
        positionEmbedding != PositionEmbedding.ROTARY || (rotaryDim() % 2 == 0 && rotaryDim() > 0),
        List.of("rotary_pct", "hidden_size", "num_attention_heads"),
        "%s of a head of %d dimensions rotates %d of them; expected an even number above 0",
        rotaryPct,
        headDim(),
        rotaryDim());
    t.check(
        !tiedNorm || parallelResidual,
        List.of("gpt_j_tied", "gpt_j_residual"),
        "one norm can be shared only when gpt_j_residual is true");
    Optional<AttentionPattern> attention =
        t.optional(
            "attention_config",
            AttentionPattern.type(),
            "kind of attention per block: global, or flash (the same formula)");
    attention.ifPresent(pattern ->
        t.check(
            pattern.length(layers) == layers,
            List.of("attention_config", "num_layers"),
            "describes %d blocks, num_layers is %d",
            pattern.length(layers),
            layers));
  }
}
