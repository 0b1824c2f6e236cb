package neox.weights.neox;

import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.config.InitMethod;
import neox.config.ModelConfig;
import neox.weights.Initializer;
import neox.weights.ParameterSpec;
import neox.weights.Shape;
import neox.weights.Share;

/// The parameter table: every parameter of a network, in NeoX's order.
///
/// Building a model, initializing, saving, loading, resharding and converting all read this one
/// list; what a parameter is called and how it is shared is said nowhere else.
public final class NeoxParameters {
  /// NeoX's layer index of the embedding.
  public static final int EMBEDDING = 0;

  /// NeoX's layer index of the first block; index 1 is a function without parameters.
  public static final int FIRST_BLOCK = 2;

  private final ModelConfig model;
  private final int paddedVocab;
  private final List<ParameterSpec> specs = new ArrayList<>();

  private NeoxParameters(ModelConfig model, int paddedVocab) {
    this.model = model;
    this.paddedVocab = paddedVocab;
  }

  /// All parameters of a network of `model`'s architecture.
  ///
  /// @param paddedVocab rows of the embedding, see `Vocabulary.padded`
  public static List<ParameterSpec> of(ModelConfig model, int paddedVocab) {
    NeoxParameters table = new NeoxParameters(model, paddedVocab);
    table.embedding();
    for (int block = 0; block < model.layers(); block++) {
      table.block(FIRST_BLOCK + block);
    }
    table.norm(finalNorm(model), "norm");
    if (!model.tiedHead()) {
      table.matrix(
          head(model), "final_linear.weight", paddedVocab, model.hiddenSize(), Share.VOCABULARY);
    }
    return List.copyOf(table.specs);
  }

  /// NeoX's layer index of the final norm; the index before it is a function without parameters.
  public static int finalNorm(ModelConfig model) {
    return model.layers() + 3;
  }

  /// NeoX's layer index of the output projection (which has no parameters when tied).
  public static int head(ModelConfig model) {
    return model.layers() + 4;
  }

  private void embedding() {
    matrix(EMBEDDING, "word_embeddings.weight", paddedVocab, model.hiddenSize(), Share.VOCABULARY);
    switch (model.positionEmbedding()) {
      case LEARNED ->
          matrix(
              EMBEDDING,
              "position_embeddings.weight",
              model.maxPositionEmbeddings(),
              model.hiddenSize(),
              Share.SAME);
      case ROTARY, SINUSOIDAL, ALIBI, NONE -> {}
      case RPE ->
          throw new UserException(
              "pos_emb: rpe is not supported: its table is shared by all layers;"
                  + " use rotary, learned, alibi, sinusoidal or none");
    }
  }

  private void block(int layer) {
    norm(layer, "input_layernorm");
    attention(layer);
    // NeoX compat: with gpt_j_tied this norm is stored too, though nothing uses it.
    norm(layer, "post_attention_layernorm");
    mlp(layer);
  }

  private void attention(int layer) {
    boolean grouped = model.kvHeads() != model.heads();
    Share share = grouped ? Share.GROUPED_QKV : Share.COLUMNS;
    long rows = (long) (model.heads() + 2 * model.kvHeads()) * model.headDim();
    String projection = "attention.query_key_value";
    add(layer, projection + ".weight", Shape.of(rows, model.hiddenSize()), input(), true, share);
    if (model.biasInAttention()) {
      add(layer, projection + ".bias", Shape.of(rows), constant(0), false, share);
    }
    rowParallel(layer, "attention.dense", model.hiddenSize(), model.biasInAttention());
  }

  private void mlp(int layer) {
    boolean gated = model.activation().gated();
    Share share = gated ? Share.GATED_COLUMNS : Share.COLUMNS;
    long rows = gated ? 2L * model.mlpSize() : model.mlpSize();
    add(layer, "mlp.linear1.weight", Shape.of(rows, model.hiddenSize()), input(), true, share);
    if (model.biasInMlp()) {
      add(layer, "mlp.linear1.bias", Shape.of(rows), constant(0), false, share);
    }
    rowParallel(layer, "mlp.linear2", model.mlpSize(), model.biasInMlp());
  }

  /// A projection back into the residual stream. In a parallel-residual block every rank adds its
  /// bias before the one reduction; in a sequential block the bias is added once, after it.
  private void rowParallel(int layer, String name, int inputs, boolean bias) {
    int hidden = model.hiddenSize();
    add(layer, name + ".weight", Shape.of(hidden, inputs), output(), true, Share.ROWS);
    if (bias) {
      Share share = model.parallelResidual() ? Share.SUMMED : Share.SAME;
      add(layer, name + ".bias", Shape.of(hidden), constant(0), false, share);
    }
  }

  private void norm(int layer, String name) {
    Shape hidden = Shape.of(model.hiddenSize());
    switch (model.norm()) {
      case LAYERNORM -> {
        add(layer, name + ".weight", hidden, constant(1), false, Share.SAME);
        add(layer, name + ".bias", hidden, constant(0), false, Share.SAME);
      }
      case RMSNORM -> add(layer, name + ".scale", hidden, constant(1), false, Share.SAME);
      case SCALENORM -> add(layer, name + ".g", Shape.of(1), constant(1), false, Share.SAME);
      case NON_PARAMETRIC_LAYERNORM -> {}
    }
  }

  private void matrix(int layer, String name, int rows, int columns, Share share) {
    add(layer, name, Shape.of(rows, columns), input(), true, share);
  }

  private void add(
      int layer, String name, Shape shape, Initializer initializer, boolean decays, Share share) {
    specs.add(new ParameterSpec(layer, name, shape, initializer, decays, share));
  }

  private Initializer input() {
    return random(model.initMethod());
  }

  private Initializer output() {
    return random(model.outputInitMethod());
  }

  private Initializer random(InitMethod method) {
    return new Initializer.Random(method, model.initStd(), model.layers(), model.hiddenSize());
  }

  private static Initializer constant(double value) {
    return new Initializer.Constant(value);
  }
}
