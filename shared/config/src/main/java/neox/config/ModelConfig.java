package neox.config;

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
}
