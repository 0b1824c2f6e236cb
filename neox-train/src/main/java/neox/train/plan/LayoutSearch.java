package neox.train.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.Bytes;
import neox.config.NeoxConfig;
import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.config.model.TransformerConfig;
import neox.config.pipeline.PipelineStages;
import neox.parallel.Topology;

/// Tries all layouts of the same batch on the same ranks.
///
/// What is not tried: tensor parallelism across machines, whose messages no network carries in
/// time.
final class LayoutSearch {
  private static final int[] MICRO_BATCHES = {1, 2, 4, 8, 16, 32, 64};
  private static final int MOST_REASONS = 12;

  private final PlannedRun run;
  private final int world;
  private final long samples;
  private final List<Plan> fitting = new ArrayList<>();
  private final Map<String, Integer> refused = new LinkedHashMap<>();
  private Optional<Plan> smallest = Optional.empty();
  private int tooLarge;
  private int tried;

  /// What was found.
  ///
  /// @param best that fit, the fastest first
  /// @param tried how many layouts were looked at
  /// @param reasons why the others are not among those that fit
  record Result(List<Plan> best, int tried, int fitting, List<String> reasons) {}

  private LayoutSearch(PlannedRun run, int world, long samples) {
    this.run = run;
    this.world = world;
    this.samples = samples;
  }

  /// @param samples of a step, over all ranks
  static Result search(PlannedRun run, int world, long samples, int most) {
    LayoutSearch search = new LayoutSearch(run, world, samples);
    search.tensors();
    return search.result(most);
  }

  private void tensors() {
    int perNode = Math.min(run.gpu().links().perNode(), world);
    for (int tensor = 1; tensor <= perNode; tensor++) {
      if (world % tensor == 0) {
        Optional<String> reason = refusal(tensor);
        if (reason.isPresent()) {
          refuse(reason.get());
        } else {
          pipes(tensor);
        }
      }
    }
  }

  /// Why a network cannot be split over so many tensor-parallel ranks.
  private Optional<String> refusal(int tensor) {
    ModelConfig model = run.config().model();
    if (tensor == 1) {
      return Optional.empty();
    }
    if (!model.gmlps().isEmpty() || model.normsHeadsTogether()) {
      return Optional.of("model_parallel_size above 1: not with these blocks");
    }
    if (model.heads() % tensor != 0 || model.kvHeads() % tensor != 0) {
      return Optional.of(
          "model_parallel_size %d does not divide %d heads (%d of keys)"
              .formatted(tensor, model.heads(), model.kvHeads()));
    }
    boolean divides =
        model.transformers().stream()
            .map(TransformerConfig::mlp)
            .allMatch(mlp -> mlp.size() % tensor == 0);
    return divides
        ? Optional.empty()
        : Optional.of("model_parallel_size %d does not divide the MLP's width".formatted(tensor));
  }

  private void pipes(int tensor) {
    int layers = run.config().model().layers();
    for (int pipe = 1; pipe <= Math.min(layers, world / tensor); pipe++) {
      if (world / tensor % pipe == 0 && isFilled(pipe)) {
        batches(new Topology(pipe, world / tensor / pipe, tensor));
      }
    }
    if (world / tensor > layers) {
      refuse("pipe_parallel_size above num_layers (%d)".formatted(layers));
    }
  }

  private boolean isFilled(int pipe) {
    NeoxConfig config = run.config();
    return PipelineStages.of(config.model(), config.parallel().partitionMethod(), pipe).areFilled();
  }

  private void batches(Topology topology) {
    boolean any = false;
    for (int micro : MICRO_BATCHES) {
      long each = (long) micro * topology.data();
      if (samples % each == 0) {
        any = true;
        zeroStages(topology, new Layout.Batches(micro, Math.toIntExact(samples / each)));
      }
    }
    if (!any) {
      refuse(
          "train_batch_size %d is no multiple of %d replicas".formatted(samples, topology.data()));
    }
  }

  private void zeroStages(Topology topology, Layout.Batches batches) {
    int last = topology.data() == 1 ? 0 : 3;
    boolean sequence = run.config().parallel().sequenceParallel() && topology.tensor() > 1;
    for (int zero = 0; zero <= last; zero++) {
      for (RecomputeConfig recompute : recomputations()) {
        attempt(new Layout(topology, zero, batches, recompute, sequence));
      }
    }
  }

  private List<RecomputeConfig> recomputations() {
    List<RecomputeConfig> all = new ArrayList<>();
    all.add(new RecomputeConfig.Nothing());
    if (run.holdsScores()) {
      all.add(new RecomputeConfig.Selected(Set.of(RecomputeConfig.Part.CORE_ATTN)));
    }
    all.add(new RecomputeConfig.Blocks(1));
    return all;
  }

  private void attempt(Layout layout) {
    tried++;
    MemoryPlan memory = MemoryPlan.of(run, layout);
    Plan plan = Plan.of(run, layout, memory, Efficiency.CALIBRATED);
    if (plan.fits()) {
      fitting.add(plan);
      return;
    }
    tooLarge++;
    if (smallest.isEmpty() || plan.bytes() < smallest.get().bytes()) {
      smallest = Optional.of(plan);
    }
  }

  private void refuse(String reason) {
    refused.merge(reason, 1, Integer::sum);
  }

  private Result result(int most) {
    fitting.sort(Comparator.comparingDouble(Plan::seconds).thenComparingDouble(Plan::bytes));
    List<String> reasons = new ArrayList<>();
    smallest.ifPresent(plan ->
        reasons.add(
            "%,d of %,d layouts need more than the %s that %s leaves to them; the smallest of them needs %s: %s"
                .formatted(
                    tooLarge,
                    tried,
                    Bytes.text(run.gpu().memory().usable()),
                    run.gpu().name(),
                    Bytes.text(plan.bytes()),
                    PlanText.name(plan.layout()))));
    refused.keySet().stream().limit(MOST_REASONS).forEach(reasons::add);
    if (world > run.gpu().links().perNode()) {
      reasons.add(
          "model_parallel_size above %d, the devices of one machine: not tried"
              .formatted(run.gpu().links().perNode()));
    }
    return new Result(
        List.copyOf(fitting.subList(0, Math.min(most, fitting.size()))),
        tried,
        fitting.size(),
        List.copyOf(reasons));
  }
}
