package neox.config.pipeline;

import java.util.ArrayList;
import java.util.List;
import neox.config.model.BlockConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.TransformerConfig;

/// The layers of a network as GPT-NeoX lists them for DeepSpeed. Their positions are the numbers of
/// checkpoint files (`layer_{position}-…`); two of them are functions, which have no file.
public record PipelineLayers(List<Entry> entries) {
  /// A layer.
  ///
  /// @param name of GPT-NeoX's class or function, which `type:` looks at
  /// @param trains whether it has parameters
  public record Entry(String name, boolean trains) {}

  public PipelineLayers {
    entries = List.copyOf(entries);
  }

  /// The layers of an architecture. Tied layers are the same class at both ends.
  public static PipelineLayers of(ModelConfig model) {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("EmbeddingPipe", true));
    model.prompt().ifPresent(_ -> entries.add(new Entry("SoftEmbedding", true)));
    entries.add(new Entry("_pre_transformer_block", false));
    for (BlockConfig block : model.blocks()) {
      entries.add(
          switch (block) {
            case TransformerConfig _ -> new Entry("ParallelTransformerLayerPipe", true);
            case GmlpConfig _ -> new Entry("GMLPBlock", true);
          });
    }
    entries.add(new Entry("_post_transformer_block", false));
    entries.add(new Entry("NormPipe", hasParameters(model.norm())));
    entries.add(new Entry(model.head().tied() ? "EmbeddingPipe" : "ParallelLinearPipe", true));
    return new PipelineLayers(entries);
  }

  private static boolean hasParameters(Norm norm) {
    return switch (norm) {
      case Norm.LayerNorm _, Norm.RmsNorm _, Norm.ScaleNorm _ -> true;
      case Norm.NonParametricLayerNorm _ -> false;
    };
  }

  public int count() {
    return entries.size();
  }

  /// How many have parameters.
  int training() {
    return Math.toIntExact(entries.stream().filter(Entry::trains).count());
  }
}
