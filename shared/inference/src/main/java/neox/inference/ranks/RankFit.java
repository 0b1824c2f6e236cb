package neox.inference.ranks;

import neox.base.UserException;
import neox.config.model.ModelConfig;
import neox.config.model.TransformerConfig;
import neox.config.pipeline.PartitionMethod;
import neox.config.pipeline.PipelineStages;
import neox.parallel.Topology;
import neox.weights.spec.NetworkSpec;

/// Whether a network can be shared by so many ranks.
///
/// @param method in what stages are made equal
public record RankFit(NetworkSpec spec, PartitionMethod method, Topology ranks) {
  private static final String TENSOR = "--tensor-parallel-size (model_parallel_size)";
  private static final String PIPE = "--pipeline-parallel-size (pipe_parallel_size)";

  /// [UserException] when it cannot.
  public void check() {
    ModelConfig model = spec.config();
    divides("num_attention_heads", model.heads());
    divides("num_kv_heads", model.kvHeads());
    divides("the rows of the embedding", spec.paddedVocab());
    for (TransformerConfig block : model.transformers()) {
      divides("intermediate_size", block.mlp().size());
    }
    if (isShared()) {
      refuseHalves(model);
    }
    PipelineStages stages = PipelineStages.of(model, method, ranks.pipe());
    if (!stages.areFilled()) {
      throw UserException.of(
          "%s %d: each stage needs a layer, and the model has %d blocks",
          PIPE, ranks.pipe(), model.blocks().size());
    }
  }

  private boolean isShared() {
    return ranks.tensor() != Topology.single().tensor();
  }

  private void refuseHalves(ModelConfig model) {
    if (model.normsHeadsTogether()) {
      throw UserException.of(
          "%s %d: use_qk_layernorm takes all heads together, so that one rank must have them; leave"
              + " it out",
          TENSOR, ranks.tensor());
    }
    if (!model.gmlps().isEmpty()) {
      throw UserException.of(
          "%s %d: gmlp and amlp blocks are not shared by several ranks; leave it out",
          TENSOR, ranks.tensor());
    }
  }

  private void divides(String what, int size) {
    if (size % ranks.tensor() != 0) {
      throw UserException.of("%s %d: must divide %s (%d)", TENSOR, ranks.tensor(), what, size);
    }
  }
}
