package neox.weights.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import neox.config.ParallelConfig;
import neox.config.ZeroConfig;
import neox.config.model.Dims;
import neox.config.model.ModelConfig;
import neox.config.model.PromptConfig;
import neox.config.pipeline.PartitionMethod;
import neox.weights.Golden;
import neox.weights.Models;
import org.junit.jupiter.api.Test;

class StageCutTest {
  @Test
  void cutsWhereDeepSpeedDoes() throws IOException {
    List<String> lines = Files.readAllLines(Golden.path("pipeline-partition/partitions.tsv"));
    assertThat(lines).hasSizeGreaterThan(300);
    for (String line : lines.subList(1, lines.size())) {
      String[] row = line.split("\t", -1);
      ModelConfig model = model(row[0], Integer.parseInt(row[1]), Integer.parseInt(row[2]));
      int stages = Integer.parseInt(row[5]);
      ParallelConfig parallel =
          new ParallelConfig(
              stages, method(row[6]), Integer.parseInt(row[4]), false, ZeroConfig.NONE);
      List<List<LayerSpec>> cut = NetworkSpec.of(model, Integer.parseInt(row[3])).stages(parallel);
      assertThat(indices(cut)).as(line).isEqualTo(expected(row[7], model.layers()));
    }
  }

  private static ModelConfig model(String style, int layers, int hidden) {
    ModelConfig model =
        switch (style) {
          case "pythia" -> Models.pythia();
          case "gpt3" -> Models.gpt3();
          case "llama" -> Models.llama();
          default -> throw new IllegalArgumentException(style);
        };
    Dims dims = model.dims();
    ModelConfig wide =
        model
            .withDims(new Dims(hidden, dims.heads(), dims.kvHeads(), 64, 64, 128))
            .withTransformers(block ->
                block.withMlp(
                    block.mlp().withSize(block.mlp().size() / dims.hiddenSize() * hidden)));
    return wide.withBlocks(Collections.nCopies(layers, wide.blocks().getFirst()));
  }

  private static PartitionMethod method(String text) {
    return switch (text) {
      case "uniform" -> new PartitionMethod.Uniform();
      case "parameters" -> new PartitionMethod.Parameters();
      default -> new PartitionMethod.Type(text.substring("type:".length()));
    };
  }

  private static List<List<Integer>> indices(List<List<LayerSpec>> stages) {
    return stages.stream().map(stage -> stage.stream().map(LayerSpec::index).toList()).toList();
  }

  /// The layers between the bounds, without the two functions.
  private static List<List<Integer>> expected(String bounds, int layers) {
    int[] at = Arrays.stream(bounds.split(",")).mapToInt(Integer::parseInt).toArray();
    List<List<Integer>> stages = new ArrayList<>();
    for (int stage = 0; stage + 1 < at.length; stage++) {
      List<Integer> own = new ArrayList<>();
      for (int layer = at[stage]; layer < at[stage + 1]; layer++) {
        if (layer != 1 && layer != layers + 2) {
          own.add(layer);
        }
      }
      stages.add(own);
    }
    return stages;
  }

  /// The soft prompt is a layer after the embedding, which `type:` does not count.
  @Test
  void aSoftPromptStaysWithTheEmbedding() {
    ModelConfig model = Models.pythia().withPrompt(Optional.of(new PromptConfig(4, 0.5)));
    ParallelConfig parallel =
        new ParallelConfig(2, PartitionMethod.BLOCKS, 1, false, ZeroConfig.NONE);
    assertThat(indices(NetworkSpec.of(model, 512).stages(parallel)))
        .containsExactly(List.of(0, 1, 3, 4), List.of(5, 7, 8));
  }

  @Test
  void oneStageHasAllLayers() {
    for (int pipe : List.of(0, 1)) {
      NetworkSpec network = NetworkSpec.of(Models.gpt3(), 512);
      assertThat(
              network.stages(
                  new ParallelConfig(pipe, PartitionMethod.BLOCKS, 1, false, ZeroConfig.NONE)))
          .containsExactly(network.layers());
    }
  }
}
