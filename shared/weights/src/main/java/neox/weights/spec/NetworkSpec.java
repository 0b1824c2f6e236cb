package neox.weights.spec;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import neox.config.ParallelConfig;
import neox.config.TuningConfig;
import neox.config.model.ModelConfig;
import neox.config.pipeline.PartitionMethod;
import neox.config.pipeline.PipelineStages;
import neox.weights.Shape;

/// A whole network as data.
///
/// Building a model, initializing, saving, loading, splitting and converting all read this one
/// tree; what a parameter is called and how it is shared is said nowhere else.
///
/// @param paddedVocab V: rows of the embedding, see `Vocabulary.padded`
/// @param layers embedding, blocks, final norm, head
public record NetworkSpec(ModelConfig config, int paddedVocab, List<LayerSpec> layers) {
  /// NeoX's layer index of the embedding.
  public static final int EMBEDDING = 0;

  /// NeoX's layer index of a soft prompt, which moves all after it by one.
  public static final int PROMPT = 1;

  /// The name of a soft prompt's vectors.
  public static final String PROMPT_KEY = PROMPT + ".soft_embedding_weight";

  /// NeoX's layer index of the first block without a soft prompt; index 1 is a function without
  /// parameters.
  public static final int FIRST_BLOCK = 2;

  public NetworkSpec {
    layers = List.copyOf(layers);
  }

  /// The network of `config`'s architecture.
  public static NetworkSpec of(ModelConfig config, int paddedVocab) {
    return of(config, paddedVocab, TuningConfig.ALL);
  }

  /// The same, of which not everything is trained.
  public static NetworkSpec of(ModelConfig config, int paddedVocab, TuningConfig tuning) {
    return new NetworkSpec(config, paddedVocab, new NeoxLayers(config, paddedVocab, tuning).all());
  }

  /// The same where tensor-parallel ranks compute between the projections with a slice of the
  /// sequence each (`sequence_parallel`), so that a norm's gradient is the sum of theirs.
  public NetworkSpec ofSlices() {
    return new NetworkSpec(
        config, paddedVocab, layers.stream().map(NetworkSpec::ofSlices).toList());
  }

  private static LayerSpec ofSlices(LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Transformer block ->
          new LayerSpec.Transformer(
              block.index(),
              block.number(),
              block.residual(),
              block.norm1().ofSlices(),
              block.attention(),
              block.norm2().ofSlices(),
              block.mlp());
      case LayerSpec.FinalNorm norm ->
          new LayerSpec.FinalNorm(norm.index(), norm.norm().ofSlices());
      case LayerSpec.Embedding _, LayerSpec.SoftPrompt _, LayerSpec.Gmlp _, LayerSpec.Head _ ->
          layer;
    };
  }

  /// The layers of each pipeline stage, cut where GPT-NeoX and DeepSpeed cut them.
  public List<List<LayerSpec>> stages(ParallelConfig parallel) {
    return stages(parallel.partitionMethod(), parallel.stages(), parallel.modelParallelSize());
  }

  /// The same on other numbers of ranks.
  public List<List<LayerSpec>> stages(PartitionMethod method, int stages, int tensorRanks) {
    return StageCut.of(this, PipelineStages.of(config, method, stages), tensorRanks);
  }

  /// The last layer.
  public LayerSpec.Head head() {
    for (LayerSpec layer : layers) {
      if (layer instanceof LayerSpec.Head head) {
        return head;
      }
    }
    throw new IllegalStateException("a network without a head");
  }

  /// Adapters by the key of the weight that they are added to; none where everything is whole.
  public Map<String, AdapterSpec> adapters() {
    Map<String, AdapterSpec> adapters = new LinkedHashMap<>();
    layers.stream()
        .flatMap(layer -> projections(layer).stream())
        .forEach(linear ->
            linear.adapter().ifPresent(each -> adapters.put(linear.weight().key(), each)));
    return adapters;
  }

  private static List<LinearSpec> projections(LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Transformer block ->
          List.of(
              block.attention().queryKeyValue(),
              block.attention().dense(),
              block.mlp().widen(),
              block.mlp().narrow());
      case LayerSpec.Gmlp _,
          LayerSpec.Embedding _,
          LayerSpec.SoftPrompt _,
          LayerSpec.FinalNorm _,
          LayerSpec.Head _ ->
          List.of();
    };
  }

  /// Whether checkpoints hold a parameter: where there are adapters, they hold these alone.
  public boolean isStored(ParameterSpec parameter) {
    return adapters().isEmpty() || TuningConfig.isAdapter(parameter.key());
  }

  /// All parameters in NeoX's order, each once.
  public List<ParameterSpec> parameters() {
    return parameters(layers);
  }

  /// The parameters of some layers in their order, each once.
  public static List<ParameterSpec> parameters(List<LayerSpec> layers) {
    LinkedHashSet<ParameterSpec> distinct = new LinkedHashSet<>();
    layers.forEach(layer -> distinct.addAll(layer.parameters()));
    return List.copyOf(distinct);
  }

  /// Numbers in all parameters together.
  public long parameterCount() {
    return parameters().stream().map(ParameterSpec::shape).mapToLong(Shape::count).sum();
  }
}
