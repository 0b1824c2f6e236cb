package neox.weights.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import neox.config.TuningConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.InitMethod;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.PromptConfig;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import neox.weights.Shape;

/// Lays a network out as GPT-NeoX does: layers, names, shapes.
final class NeoxLayers {
  private final ModelConfig model;
  private final int paddedVocab;
  private final TuningConfig tuning;
  private final Optional<ParameterSpec> relative;

  NeoxLayers(ModelConfig model, int paddedVocab, TuningConfig tuning) {
    this.model = model;
    this.paddedVocab = paddedVocab;
    this.tuning = tuning;
    this.relative = relative();
  }

  /// Embedding, blocks, final norm, head; the indices between are functions without parameters.
  List<LayerSpec> all() {
    List<LayerSpec> layers = new ArrayList<>();
    LayerSpec.Embedding embedding = embedding();
    layers.add(embedding);
    model.prompt().ifPresent(prompt -> layers.add(prompt(prompt)));
    for (int block = 0; block < model.layers(); block++) {
      layers.add(block(block));
    }
    int norm = firstBlock() + model.layers() + 1;
    layers.add(new LayerSpec.FinalNorm(norm, norm(norm, "norm")));
    int head = norm + 1;
    layers.add(new LayerSpec.Head(head, head(head, embedding)));
    return layers;
  }

  private ParameterSpec head(int layer, LayerSpec.Embedding embedding) {
    return switch (model.head().output()) {
      case LOGITS ->
          model.head().tied() ? embedding.words() : vocabulary(layer, "final_linear.weight");
      case REWARD ->
          decaying(
              new Home(layer, "rm_linear.weight"),
              Shape.of(1, model.hiddenSize()),
              input(),
              Share.Split.even(1, model.hiddenSize()));
    };
  }

  /// A prompt is a layer of its own, which moves those after it by one.
  private int firstBlock() {
    return NetworkSpec.FIRST_BLOCK + (model.prompt().isPresent() ? 1 : 0);
  }

  private LayerSpec.SoftPrompt prompt(PromptConfig prompt) {
    Home home = new Home(NetworkSpec.PROMPT, "soft_embedding_weight");
    return new LayerSpec.SoftPrompt(
        NetworkSpec.PROMPT,
        new ParameterSpec(
            List.of(home),
            Shape.of(prompt.tokens(), model.hiddenSize()),
            new Initializer.Uniform(prompt.range()),
            Share.SAME,
            Group.DECAYING,
            tuning.trains(home.key()),
            ParameterSpec.Role.TABLE));
  }

  private LayerSpec.Embedding embedding() {
    int layer = NetworkSpec.EMBEDDING;
    Optional<ParameterSpec> positions =
        model.positions() instanceof Positions.Learned(int rows, _)
            ? Optional.of(
                decaying(
                        new Home(layer, "position_embeddings.weight"),
                        Shape.of(rows, model.hiddenSize()),
                        input(),
                        Share.SAME)
                    .withRole(ParameterSpec.Role.TABLE))
            : Optional.empty();
    return new LayerSpec.Embedding(layer, vocabulary(layer, "word_embeddings.weight"), positions);
  }

  /// NeoX compat: one table, drawn by xavier_normal whatever `init_method` says, stored with every
  /// transformer block.
  private Optional<ParameterSpec> relative() {
    if (!(model.positions() instanceof Positions.Relative(int buckets, _))
        || model.transformers().isEmpty()) {
      return Optional.empty();
    }
    List<Home> homes =
        IntStream.range(0, model.layers())
            .filter(block -> model.blocks().get(block) instanceof TransformerConfig)
            .mapToObj(block -> new Home(firstBlock() + block, "attention.rpe.weight"))
            .toList();
    return Optional.of(
        tuned(
            new ParameterSpec(
                homes,
                Shape.of(buckets, model.heads()),
                random(InitMethod.XAVIER_NORMAL),
                Share.Split.even(1, model.heads()),
                Group.DECAYING,
                true,
                ParameterSpec.Role.TABLE)));
  }

  private LayerSpec block(int number) {
    int layer = firstBlock() + number;
    return switch (model.blocks().get(number)) {
      case TransformerConfig block ->
          new LayerSpec.Transformer(
              layer,
              number,
              block.residual(),
              norm(layer, "input_layernorm"),
              attention(layer, block),
              norm(layer, "post_attention_layernorm"),
              mlp(layer, block));
      case GmlpConfig block -> gmlp(layer, number, block);
    };
  }

  private LayerSpec.Gmlp gmlp(int layer, int number, GmlpConfig block) {
    long width = (long) GmlpConfig.WIDENING * model.hiddenSize();
    return new LayerSpec.Gmlp(
        layer,
        number,
        block,
        norm(layer, "norm"),
        columnParallel(layer, "input_linear", 2 * width, Share.Split.even(0, 2 * width), true),
        norm(layer, "sgu.norm", Shape.of(width), Share.SAME),
        mixing(layer),
        block.attentionSize().stream()
            .mapToObj(size -> tinyAttention(layer, size, width))
            .findFirst(),
        rowParallel(layer, "output_linear", width, true, Residual.SEQUENTIAL));
  }

  /// First every token's gates are 1, whatever the others are.
  private LinearSpec mixing(int layer) {
    Home weight = new Home(layer, "sgu.proj.weight");
    Home bias = new Home(layer, "sgu.proj.bias");
    long s = model.seqLength();
    return new LinearSpec(
        decaying(weight, Shape.of(s, s), new Initializer.Constant(0), Share.SAME),
        Optional.of(plain(bias, Shape.of(s), 1, Share.SAME)),
        Optional.empty());
  }

  private TinyAttentionSpec tinyAttention(int layer, long size, long width) {
    return new TinyAttentionSpec(
        uniform(layer, "sgu.attn.proj_qkv", Shape.of(3 * size, 2 * width)),
        uniform(layer, "sgu.attn.proj_ffn", Shape.of(width, size)));
  }

  /// NeoX compat: drawn as PyTorch draws a linear layer, whatever `init_method` says.
  private LinearSpec uniform(int layer, String name, Shape shape) {
    Initializer first = new Initializer.Uniform(1 / Math.sqrt((double) shape.size(1)));
    ParameterSpec bias =
        new ParameterSpec(
            List.of(new Home(layer, name + ".bias")),
            Shape.of(shape.size(0)),
            first,
            Share.SAME,
            Group.PLAIN,
            true);
    return new LinearSpec(
        decaying(new Home(layer, name + ".weight"), shape, first, Share.SAME),
        Optional.of(tuned(bias)),
        Optional.empty());
  }

  private AttentionSpec attention(int layer, TransformerConfig block) {
    long queries = (long) model.heads() * model.headDim();
    long keys = (long) model.kvHeads() * model.headDim();
    long rows = queries + 2 * keys;
    boolean grouped = model.kvHeads() != model.heads();
    Share.Split share =
        grouped ? new Share.Split(0, List.of(queries, keys, keys)) : Share.Split.even(0, rows);
    boolean bias = block.attention().bias();
    return new AttentionSpec(
        block.attention(),
        columnParallel(layer, "attention.query_key_value", rows, share, bias),
        rowParallel(layer, "attention.dense", queries, bias, block.residual()),
        optional(block.attention().normed(), () -> queryKeyNorm(layer)),
        relative);
  }

  private MlpSpec mlp(int layer, TransformerConfig block) {
    MlpConfig mlp = block.mlp();
    long width = mlp.size();
    boolean gated = mlp.activation().gated();
    long rows = gated ? 2 * width : width;
    Share.Split share =
        gated ? new Share.Split(0, List.of(width, width)) : Share.Split.even(0, rows);
    return new MlpSpec(
        mlp,
        columnParallel(layer, "mlp.linear1", rows, share, mlp.bias()),
        rowParallel(layer, "mlp.linear2", width, mlp.bias(), block.residual()));
  }

  private LinearSpec columnParallel(
      int layer, String name, long rows, Share.Split share, boolean bias) {
    Shape shape = Shape.of(rows, model.hiddenSize());
    return new LinearSpec(
        decaying(new Home(layer, name + ".weight"), shape, input(), share),
        optional(bias, () -> plain(new Home(layer, name + ".bias"), Shape.of(rows), 0, share)),
        adapter(layer, name, shape, share));
  }

  /// A projection back into the residual stream. Its bias must be added once, not by every rank.
  private LinearSpec rowParallel(
      int layer, String name, long inputs, boolean bias, Residual residual) {
    long hidden = model.hiddenSize();
    Share once = residual.parallel() ? new Share.Summed() : new Share.AddedOnce();
    Shape shape = Shape.of(hidden, inputs);
    Share.Split share = Share.Split.even(1, inputs);
    return new LinearSpec(
        decaying(new Home(layer, name + ".weight"), shape, random(model.init().output()), share),
        optional(bias, () -> plain(new Home(layer, name + ".bias"), Shape.of(hidden), 0, once)),
        adapter(layer, name, shape, share));
  }

  /// The adapter of a projection whose weight has that shape, where it is to have one.
  private Optional<AdapterSpec> adapter(int layer, String name, Shape shape, Share.Split share) {
    return tuning
        .lora()
        .filter(lora -> lora.targets().contains(name))
        .map(lora -> AdapterSpec.of(lora, new Home(layer, name), shape, share));
  }

  private NormSpec norm(int layer, String name) {
    return norm(layer, name, Shape.of(model.hiddenSize()), Share.SAME);
  }

  /// One for queries and keys, which have as many heads once the keys are repeated.
  private NormSpec queryKeyNorm(int layer) {
    return norm(
        layer,
        "attention.qk_layernorm",
        Shape.of(model.heads(), model.headDim()),
        Share.Split.even(0, model.heads()));
  }

  private NormSpec norm(int layer, String name, Shape shape, Share share) {
    return switch (model.norm()) {
      case Norm.LayerNorm norm ->
          new NormSpec(
              norm,
              Optional.of(plain(new Home(layer, name + ".weight"), shape, 1, share)),
              Optional.of(plain(new Home(layer, name + ".bias"), shape, 0, share)));
      case Norm.RmsNorm norm ->
          new NormSpec(
              norm,
              Optional.of(plain(new Home(layer, name + ".scale"), shape, 1, share)),
              Optional.empty());
      case Norm.ScaleNorm norm ->
          new NormSpec(
              norm,
              Optional.of(plain(new Home(layer, name + ".g"), Shape.of(1), 1, Share.SAME)),
              Optional.empty());
      case Norm.NonParametricLayerNorm norm ->
          new NormSpec(norm, Optional.empty(), Optional.empty());
    };
  }

  private ParameterSpec vocabulary(int layer, String name) {
    return decaying(
            new Home(layer, name),
            Shape.of(paddedVocab, model.hiddenSize()),
            input(),
            Share.Split.even(0, paddedVocab))
        .withRole(ParameterSpec.Role.TABLE);
  }

  private ParameterSpec decaying(Home home, Shape shape, Initializer first, Share share) {
    return tuned(new ParameterSpec(List.of(home), shape, first, share, Group.DECAYING, true));
  }

  private ParameterSpec plain(Home home, Shape shape, double first, Share share) {
    Initializer constant = new Initializer.Constant(first);
    return tuned(new ParameterSpec(List.of(home), shape, constant, share, Group.PLAIN, true));
  }

  private ParameterSpec tuned(ParameterSpec parameter) {
    ParameterSpec spec =
        model.mup().map(mup -> new MupScaling(mup).apply(parameter)).orElse(parameter);
    return spec.withTrainable(
        model.prompt().isEmpty() && spec.homes().stream().map(Home::key).allMatch(tuning::trains));
  }

  private static <T> Optional<T> optional(boolean present, Supplier<T> spec) {
    return present ? Optional.of(spec.get()) : Optional.empty();
  }

  private Initializer input() {
    return random(model.init().input());
  }

  private Initializer random(InitMethod method) {
    return new Initializer.Random(method, model.init().std(), model.layers(), model.hiddenSize());
  }
}
