package neox.train.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import neox.config.RecomputeConfig;
import neox.config.model.Positions;
import neox.weights.Shape;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// What each stage's ranks need. All ranks of a stage need the same.
public record MemoryPlan(List<RankMemory> stages) {
  public static MemoryPlan of(PlannedRun run, Layout layout) {
    OneStage one = new OneStage(run, layout);
    List<List<LayerSpec>> layers = run.stages(layout);
    List<RankMemory> stages = new ArrayList<>();
    for (int stage = 0; stage < layout.pipe(); stage++) {
      stages.add(one.memory(stage, layers.get(stage)));
    }
    return new MemoryPlan(List.copyOf(stages));
  }

  /// The stage that needs most, the first of equals.
  public RankMemory heaviest() {
    return stages.stream().max(Comparator.comparingDouble(RankMemory::total)).orElseThrow();
  }

  /// The largest of what stages hold throughout.
  public StateBytes heaviestState() {
    return stages.stream()
        .map(RankMemory::state)
        .max(Comparator.comparingDouble(StateBytes::total))
        .orElseThrow();
  }

  /// Counts one stage.
  private static final class OneStage {
    private final PlannedRun run;
    private final Layout layout;
    private final BlockBytes blocks;
    private final HeadBytes heads;

    OneStage(PlannedRun run, Layout layout) {
      this.run = run;
      this.layout = layout;
      this.blocks = new BlockBytes(run, layout);
      this.heads = new HeadBytes(run, layout);
    }

    RankMemory memory(int stage, List<LayerSpec> layers) {
      StateBytes state = StateBytes.of(NetworkSpec.parameters(layers), run, layout);
      LayerBytes activations = activations(layers);
      double messages = layout.pipe() > 1 ? 2 * blocks.hiddenState() : 0;
      return new RankMemory(
          stage,
          state,
          layout.inFlight(stage) * activations.kept(),
          activations.working() + messages + tables() + gathered(layers, state));
    }

    /// Of one micro-batch; the working memory is that of the worst layer.
    private LayerBytes activations(List<LayerSpec> layers) {
      double kept = 0;
      double working = 0;
      for (LayerBytes each : each(layers)) {
        kept += each.kept();
        working = Math.max(working, each.working());
      }
      return new LayerBytes(kept, working);
    }

    private List<LayerBytes> each(List<LayerSpec> layers) {
      List<LayerBytes> each = new ArrayList<>();
      List<LayerBytes> group = new ArrayList<>();
      for (LayerSpec layer : layers) {
        LayerBytes bytes = of(layer);
        boolean block = layer instanceof LayerSpec.Transformer || layer instanceof LayerSpec.Gmlp;
        if (block && layout.recompute() instanceof RecomputeConfig.Blocks(int perGroup)) {
          if (group.size() == perGroup) {
            each.add(together(group));
            group.clear();
          }
          group.add(bytes);
        } else {
          each.add(bytes);
        }
      }
      if (!group.isEmpty()) {
        each.add(together(group));
      }
      return each;
    }

    /// Blocks of which only the input is kept.
    private LayerBytes together(List<LayerBytes> group) {
      double kept = 0;
      double working = 0;
      for (LayerBytes block : group) {
        kept += block.kept();
        working = Math.max(working, block.working());
      }
      return new LayerBytes(kept, working).recomputed(blocks.hiddenState());
    }

    private LayerBytes of(LayerSpec layer) {
      return switch (layer) {
        case LayerSpec.Transformer block -> blocks.of(block);
        case LayerSpec.Gmlp block -> blocks.of(block);
        case LayerSpec.Embedding _, LayerSpec.SoftPrompt _ -> LayerBytes.NONE; // the block's input
        case LayerSpec.FinalNorm _ -> blocks.ofFinalNorm();
        case LayerSpec.Head head -> heads.of(head);
      };
    }

    /// Tables of rotary positions, and the mask of what comes later.
    private double tables() {
      double positions = run.positions();
      double mask = positions * positions;
      double rotary =
          run.config().model().positions() instanceof Positions.Rotary config
              ? 2.0 * positions * config.dims(run.config().model().headDim()) * run.elementBytes()
              : 0;
      return mask + rotary;
    }

    /// What ZeRO gathers and gives back: from stage 2 on the gradients of a bucket as they arrive
    /// and their sum, with stage 3 the weights of the layer at work and its gradients.
    private double gathered(List<LayerSpec> layers, StateBytes state) {
      if (layout.zeroStage() < 2 || layout.data() == 1) {
        return 0;
      }
      double element = run.elementBytes();
      double sum = (double) Float.BYTES / layout.data();
      if (layout.zeroStage() == 2) {
        double bucket = run.config().parallel().zero().reduceBucketSize();
        return Math.min(2 * bucket, state.parameters()) * element
            + Math.min(bucket, state.parameters()) * sum;
      }
      double largest =
          layers.stream()
              .mapToDouble(layer -> layer.parameters().stream().mapToDouble(this::weight).sum())
              .max()
              .orElse(0);
      return largest * (2 * element + sum);
    }

    private double weight(ParameterSpec spec) {
      Shape piece = Shards.local(spec, layout.tensor());
      return (double) piece.count();
    }
  }
}
