package neox.weights.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import neox.config.pipeline.Partition;
import neox.config.pipeline.PipelineStages;

/// Cuts a network into pipeline stages.
final class StageCut {
  /// The layers of each stage, in order.
  static List<List<LayerSpec>> of(NetworkSpec network, PipelineStages stages, int tensorRanks) {
    Map<Integer, Long> counts = new HashMap<>();
    for (LayerSpec layer : network.layers()) {
      counts.put(layer.index(), parameters(network, layer, tensorRanks));
    }
    Partition partition = stages.cut(position -> counts.getOrDefault(position, 0L));
    return IntStream.range(0, stages.count())
        .mapToObj(stage -> layers(network, partition.from(stage), partition.to(stage)))
        .toList();
  }

  private static List<LayerSpec> layers(NetworkSpec network, int from, int to) {
    List<LayerSpec> layers =
        network.layers().stream()
            .filter(layer -> from <= layer.index() && layer.index() < to)
            .toList();
    if (layers.isEmpty()) {
      throw new IllegalStateException("no layers from " + from + " to " + to);
    }
    return layers;
  }

  /// As DeepSpeed counts them (`parameters`): on one tensor-parallel rank, and those that layers
  /// share with each of them. A tied head is a whole embedding to it, with positions.
  private static long parameters(NetworkSpec network, LayerSpec layer, int ranks) {
    return switch (layer) {
      case LayerSpec.Head _ when network.config().head().tied() ->
          count(network.layers().getFirst(), ranks);
      case LayerSpec.Embedding _,
          LayerSpec.SoftPrompt _,
          LayerSpec.Transformer _,
          LayerSpec.Gmlp _,
          LayerSpec.FinalNorm _,
          LayerSpec.Head _ ->
          count(layer, ranks);
    };
  }

  private static long count(LayerSpec layer, int ranks) {
    return layer.parameters().stream()
        .mapToLong(parameter -> Shards.local(parameter, ranks).count())
        .sum();
  }

  private StageCut() {}
}
