package neox.config.pipeline;

import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import neox.config.model.ModelConfig;
import neox.config.pipeline.PipelineLayers.Entry;
import neox.config.table.ConfigTable;

/// A network that is cut into pipeline stages.
public record PipelineStages(PipelineLayers layers, PartitionMethod method, int count) {
  private static final List<String> KEYS = List.of("pipe_parallel_size", "num_layers");

  /// Of an architecture.
  public static PipelineStages of(ModelConfig model, PartitionMethod method, int count) {
    return new PipelineStages(PipelineLayers.of(model), method, count);
  }

  /// Where the stages begin.
  ///
  /// @param parameters how many each layer has, by its position
  public Partition cut(IntToLongFunction parameters) {
    IntStream positions = IntStream.range(0, layers.count());
    return switch (method) {
      case PartitionMethod.Uniform _ -> Partition.uniform(layers.count(), count);
      case PartitionMethod.Parameters _ ->
          Partition.balanced(positions.mapToLong(parameters).toArray(), count);
      case PartitionMethod.Type type ->
          Partition.balanced(
              positions.mapToLong(i -> type.finds(layers.entries().get(i)) ? 1 : 0).toArray(),
              count);
    };
  }

  /// Reports stages that would have nothing to train, and patterns that find nothing.
  public void check(ConfigTable t) {
    boolean enough = count <= layers.training();
    t.check(
        enough,
        KEYS,
        "each stage needs a layer: expected at most %d (embedding, blocks, norm and head), found %d",
        layers.training(),
        count);
    if (count == 1 || !enough) {
      return;
    }
    switch (method) {
      case PartitionMethod.Uniform _ -> checkStages(t);
      case PartitionMethod.Type type -> {
        boolean finds = layers.entries().stream().anyMatch(type::finds);
        t.check(
            finds,
            List.of(PartitionMethod.KEY),
            "no layer is called like '%s'; the layers are %s",
            type.pattern(),
            layers.entries().stream()
                .map(Entry::name)
                .distinct()
                .collect(Collectors.joining(", ")));
        if (finds) {
          checkStages(t);
        }
      }
      case PartitionMethod.Parameters _ -> {
        // A stage without any is as far from equal as can be.
      }
    }
  }

  private void checkStages(ConfigTable t) {
    Partition partition = cut(_ -> 1);
    for (int stage = 0; stage < count; stage++) {
      List<Entry> own = layers.entries().subList(partition.from(stage), partition.to(stage));
      boolean trains = own.stream().anyMatch(Entry::trains);
      t.check(
          trains,
          KEYS,
          "stage %d of %d would hold nothing but %s, which has no parameters; use fewer stages or"
              + " another %s",
          stage,
          count,
          own.getFirst().name(),
          PartitionMethod.KEY);
      if (!trains) {
        return;
      }
    }
  }
}
