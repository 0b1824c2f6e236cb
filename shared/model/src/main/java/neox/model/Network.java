package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.base.UserException;
import neox.config.ModelConfig;
import neox.config.PositionEmbedding;
import neox.tensor.Scope;
import neox.weights.TensorStore;
import neox.weights.neox.NeoxParameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A GPT-NeoX language model: embedding, blocks, final norm, head.
///
/// Owns its parameters; close it when nothing uses them. Results belong to the innermost
/// [neox.tensor.Scope]. Not thread-safe: libtorch itself uses several threads per operation.
///
/// Shapes: b batch, s sequence, h hidden size, V padded vocabulary.
public final class Network implements AutoCloseable {
  private final ModelConfig config;
  private final int paddedVocab;
  private final ScalarType dtype;
  private final ParameterSet parameters;
  private final Optional<Rotary> rotary;
  private final CausalMask mask = new CausalMask();
  private final Embedding embedding;
  private final FinalNorm finalNorm;
  private final Head head;
  private final List<Layer> layers = new ArrayList<>();

  private Network(ModelConfig config, int paddedVocab, NetworkOptions options) {
    this.config = config;
    this.paddedVocab = paddedVocab;
    this.dtype = options.dtype();
    this.parameters = ParameterSet.allocate(NeoxParameters.of(config, paddedVocab), options);
    int positions = Math.max(config.seqLength(), config.maxPositionEmbeddings());
    this.rotary =
        config.positionEmbedding() == PositionEmbedding.ROTARY
            ? Optional.of(Rotary.of(config, positions, dtype))
            : Optional.empty();
    this.embedding = new Embedding(config, parameters, positions, dtype);
    layers.add(embedding);
    for (int block = 0; block < config.layers(); block++) {
      int index = NeoxParameters.FIRST_BLOCK + block;
      Attention attention = new Attention(config, parameters, block, index, rotary, mask);
      layers.add(new Block(config, parameters, index, attention, options.tensorParallel()));
    }
    int norm = NeoxParameters.finalNorm(config);
    this.finalNorm = new FinalNorm(norm, Normalization.of(config, parameters, norm, "norm"));
    layers.add(finalNorm);
    int last = NeoxParameters.head(config);
    this.head = new Head(last, headProjection(last));
    layers.add(head);
  }

  /// The tied head multiplies by the embedding itself.
  private Projection headProjection(int layer) {
    return config.tiedHead()
        ? Projection.of(parameters, NeoxParameters.EMBEDDING, "word_embeddings")
        : Projection.of(parameters, layer, "final_linear");
  }

  /// A network whose parameters are zero: call [#initialize] or [#load] next.
  ///
  /// @param paddedVocab rows of the embedding, see `Vocabulary.padded`
  public static Network build(ModelConfig config, int paddedVocab, NetworkOptions options) {
    refuseUnsupported(config);
    try (var _ = Scope.open()) {
      return new Network(config, paddedVocab, options);
    }
  }

  private static void refuseUnsupported(ModelConfig config) {
    switch (config.positionEmbedding()) {
      case LEARNED, ROTARY, SINUSOIDAL, NONE -> {}
      case ALIBI, RPE ->
          throw new UserException(
              "pos_emb %s is not supported yet; use rotary, learned, sinusoidal or none"
                  .formatted(config.positionEmbedding().name().toLowerCase(Locale.ROOT)));
    }
    boolean rotary = config.positionEmbedding() == PositionEmbedding.ROTARY;
    if (rotary && (config.rotaryDim() % 2 != 0 || config.rotaryDim() < 2)) {
      throw new UserException(
          "rotary_pct %s rotates %d of the %d dims of a head; the number must be even and positive"
              .formatted(config.rotaryPct(), config.rotaryDim(), config.headDim()));
    }
    if (config.tiedNorm() && !config.parallelResidual()) {
      throw new UserException("gpt_j_tied needs gpt_j_residual: true");
    }
  }

  public ModelConfig config() {
    return config;
  }

  /// V: rows of the embedding and of the logits, padding included.
  public int paddedVocab() {
    return paddedVocab;
  }

  public ScalarType dtype() {
    return dtype;
  }

  /// In the order of the parameter table.
  public List<Parameter> parameters() {
    return parameters.all();
  }

  /// Embedding, blocks, final norm, head.
  public List<Layer> layers() {
    return List.copyOf(layers);
  }

  /// Draws the first weights; the same seed gives the same weights, however the network is split.
  public void initialize(long seed) {
    Initialization initialization = new Initialization(seed);
    List<Parameter> all = parameters.all();
    for (int place = 0; place < all.size(); place++) {
      initialization.fill(all.get(place), place);
    }
  }

  /// Copies weights from a store whose names are [neox.weights.ParameterSpec#key]s, converting the
  /// element type. Every parameter must be there and nothing else, or a [UserException] lists what
  /// is wrong and nothing is changed.
  public void load(TensorStore store) {
    WeightLoading.load(parameters.all(), store);
  }

  /// Logits `[b, s, V]` of token ids `[b, s]` (int64), without dropout.
  public Tensor logits(Tensor tokens) {
    return Scope.run(() -> project(hidden(tokens, Pass.ofEvaluation())));
  }

  /// The mean loss (a float32 scalar) for training, dropout included.
  ///
  /// @param labels `[b, s]`, int64: the token that follows each one
  /// @param lossMask `[b, s]`: the weight of each prediction, usually 0 or 1
  public Tensor loss(Tensor tokens, Tensor labels, Tensor lossMask) {
    return loss(tokens, labels, lossMask, Pass.ofTraining());
  }

  /// The mean loss (a float32 scalar) without dropout; call it under a `NoGradGuard`.
  public Tensor evaluationLoss(Tensor tokens, Tensor labels, Tensor lossMask) {
    return loss(tokens, labels, lossMask, Pass.ofEvaluation());
  }

  private Tensor loss(Tensor tokens, Tensor labels, Tensor lossMask, Pass pass) {
    return Scope.run(() -> LanguageModelLoss.of(project(hidden(tokens, pass)), labels, lossMask));
  }

  /// Hidden states `[b, s, h]` after the final norm.
  public Tensor hidden(Tensor tokens, Pass pass) {
    checkLength(pass.history().length() + tokens.size(1));
    return Scope.run(() -> {
      Tensor x = tokens;
      for (Layer layer : layers.subList(0, layers.size() - 1)) { // all but the head
        Tensor input = x;
        x = Scope.run(() -> layer.forward(input, pass));
      }
      return x;
    });
  }

  /// Logits `[b, s, V]` of hidden states `[b, s, h]`.
  public Tensor project(Tensor hidden) {
    return head.forward(hidden, Pass.ofEvaluation());
  }

  private void checkLength(long length) {
    rotary.ifPresent(table -> {
      if (length > table.positions()) {
        throw new UserException(
            "%d tokens do not fit the %d positions of the model"
                .formatted(length, table.positions()));
      }
    });
  }

  @Override
  public void close() {
    embedding.close();
    rotary.ifPresent(Rotary::close);
    mask.close();
    parameters.close();
  }
}
