package neox.config.pipeline;

import java.util.List;
import java.util.OptionalInt;
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

  /// Whether every stage has something to train.
  public boolean areFilled() {
    return count <= layers.training() && (count == 1 || emptyStage(cut(_ -> 1)).isEmpty());
  }

  private OptionalInt emptyStage(Partition partition) {
    return IntStream.range(0, count)
        .filter(stage -> own(partition, stage).stream().noneMatch(Entry::trains))
        .findFirst();
  }

  private List<Entry> own(Partition partition, int stage) {
    return layers.entries().subList(partition.from(stage), partition.to(stage));
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
    OptionalInt empty = emptyStage(partition);
    t.check(
        empty.isEmpty(),
        KEYS,
        "stage %d of %d would hold nothing but %s, which has no parameters; use fewer stages or"
            + " another %s",
        empty.orElse(0),
        count,
        empty.isEmpty() ? "" : own(partition, empty.getAsInt()).getFirst().name(),
        PartitionMethod.KEY);
  }
}
