package neox.weights.neox;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import neox.base.UserException;
import neox.config.ParallelConfig;
import neox.config.model.ModelConfig;
import neox.config.model.TransformerConfig;
import neox.config.pipeline.PartitionMethod;
import neox.config.pipeline.PipelineStages;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// For how many ranks a checkpoint is laid out, as a run of GPT-NeoX on so many would write it.
///
/// @param tensorRanks that share each layer (`model_parallel_size`)
/// @param pipeParallelSize `pipe_parallel_size`: with 0 a rank has its weights in one file, with 1
///   and more there is a file for each layer, and a state for each stage
/// @param method how stages are cut (`pipe_partition_method`)
public record CheckpointLayout(int tensorRanks, int pipeParallelSize, PartitionMethod method) {
  public CheckpointLayout {
    if (tensorRanks < 1 || pipeParallelSize < 0) {
      throw new IllegalArgumentException(tensorRanks + " x " + pipeParallelSize + " ranks");
    }
  }

  /// One rank and a file for each layer.
  public static final CheckpointLayout WHOLE = new CheckpointLayout(1, 1, PartitionMethod.BLOCKS);

  /// That of a configured run.
  public static CheckpointLayout of(ParallelConfig parallel) {
    return new CheckpointLayout(
        parallel.modelParallelSize(), parallel.pipeParallelSize(), parallel.partitionMethod());
  }

  /// Pipeline stages; at least one.
  public int stages() {
    return Math.max(1, pipeParallelSize);
  }

  /// Which files hold the weights.
  public Layout files() {
    return pipeParallelSize == 0 ? Layout.FILE_PER_RANK : Layout.FILE_PER_LAYER;
  }

  /// [UserException] with every reason why a network cannot be laid out so.
  public void requireFits(NetworkSpec network) {
    List<String> misfits = misfits(network);
    if (!misfits.isEmpty()) {
      throw UserException.of(
          "model_parallel_size %d, pipe_parallel_size %d: %s",
          tensorRanks, pipeParallelSize, String.join("; ", misfits));
    }
  }

  /// Every reason why a network cannot be laid out so; empty when it can.
  List<String> misfits(NetworkSpec network) {
    List<String> misfits = new ArrayList<>();
    if (tensorRanks > 1) {
      addShares(misfits, network);
    }
    PipelineStages stages = PipelineStages.of(network.config(), method, stages());
    if (!stages.areFilled()) {
      misfits.add(
          "its %d layers do not fill %d pipeline stages"
              .formatted(network.config().layers(), stages()));
    }
    return misfits;
  }

  private void addShares(List<String> misfits, NetworkSpec network) {
    ModelConfig model = network.config();
    addUnless(misfits, "num_attention_heads", model.heads());
    if (model.kvHeads() != model.heads()) {
      addUnless(misfits, "num_kv_heads", model.kvHeads());
    }
    Set<Integer> widths = new LinkedHashSet<>();
    for (TransformerConfig block : model.transformers()) {
      widths.add(block.mlp().size());
    }
    widths.forEach(width -> addUnless(misfits, "the MLP's width", width));
    addUnless(misfits, "the rows of the vocabulary", network.paddedVocab());
    if (model.normsHeadsTogether()) {
      misfits.add(
          "use_qk_layernorm with norm %s takes all heads of a rank together, another formula for each number of ranks"
              .formatted(model.norm().name().toString().toLowerCase(Locale.ROOT)));
    }
    if (network.layers().stream().anyMatch(LayerSpec.Gmlp.class::isInstance)) {
      misfits.add("gmlp and amlp blocks are not cut over tensor-parallel ranks");
    }
  }

  private void addUnless(List<String> misfits, String what, int size) {
    if (size % tensorRanks != 0) {
      misfits.add(
          "%d tensor-parallel ranks do not divide %s (%d)".formatted(tensorRanks, what, size));
    }
  }
}
