package neox.train.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.Bytes;
import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.config.table.ConfigType;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// A plan as people read it.
final class PlanText {
  private static final double GIB = 1 << 30;
  private static final double GIGA = 1e9;
  private static final double TERA = 1e12;

  private final Plan plan;
  private final List<String> lines = new ArrayList<>();

  private PlanText(Plan plan) {
    this.plan = plan;
  }

  static List<String> of(Plan plan, LayoutSearch.Result search) {
    PlanText text = new PlanText(plan);
    text.heading();
    text.memory();
    text.time();
    text.traffic();
    text.throughput();
    text.layouts(search);
    return List.copyOf(text.lines);
  }

  private void add(String format, Object... arguments) {
    lines.add(String.format(Locale.ROOT, format, arguments).stripTrailing());
  }

  private void heading() {
    ModelConfig model = plan.run().config().model();
    NetworkSpec network = plan.run().network(plan.layout().tensor());
    add(
        "%,d parameters: %d blocks of width %,d, a vocabulary of %,d rows",
        network.parameterCount(), model.layers(), model.hiddenSize(), network.paddedVocab());
    add(
        "%,d samples of %,d tokens per step in %s",
        plan.layout().samples(),
        model.seqLength(),
        ConfigType.nameOf(plan.run().config().precision()));
    add(
        "%,d x %s, %d per machine: %s",
        plan.ranks(),
        plan.run().gpu().name(),
        plan.run().gpu().links().perNode(),
        name(plan.layout()));
  }

  private void memory() {
    add("");
    add(
        "%-22s %9s %9s %9s %11s %8s %8s",
        "GiB of a rank", "weights", "gradients", "optimizer", "activations", "buffers", "all");
    List<List<LayerSpec>> stages = plan.run().stages(plan.layout());
    for (RankMemory rank : plan.memory().stages()) {
      List<LayerSpec> layers = stages.get(rank.stage());
      add(
          "%-22s %9.2f %9.2f %9.2f %11.2f %8.2f %8.2f",
          "  stage %d (%s)".formatted(rank.stage(), blocks(layers)),
          rank.state().weights() / GIB,
          rank.state().gradients() / GIB,
          rank.state().optimizer() / GIB,
          rank.activations() / GIB,
          rank.buffers() / GIB,
          rank.total() / GIB);
    }
    RankMemory heaviest = plan.memory().heaviest();
    add(
        "  stage %d needs most, %s with %,.0f parameters: it %s into %s (%s of %s are left to it)",
        heaviest.stage(),
        Bytes.text(heaviest.total()),
        heaviest.state().parameters(),
        plan.fits() ? "fits" : "DOES NOT FIT",
        plan.run().gpu().name(),
        Bytes.text(plan.run().gpu().memory().usable()),
        Bytes.text(plan.run().gpu().memory().bytes()));
  }

  private static String blocks(List<LayerSpec> layers) {
    long blocks =
        layers.stream()
            .filter(layer ->
                switch (layer) {
                  case LayerSpec.Transformer _, LayerSpec.Gmlp _ -> true;
                  case LayerSpec.Embedding _,
                      LayerSpec.SoftPrompt _,
                      LayerSpec.FinalNorm _,
                      LayerSpec.Head _ ->
                      false;
                })
            .count();
    return blocks + (blocks == 1 ? " block" : " blocks");
  }

  private void time() {
    StepTime time = plan.time();
    add("");
    add("%-22s %9s", "seconds of a step", "");
    share("compute", time.compute());
    share("tensor messages", time.tensor());
    share("pipeline messages", time.pipe());
    share("pipeline bubble", time.bubble());
    share("data messages", time.data());
    share("optimizer", time.update());
    share("all", time.total());
  }

  private void share(String what, double seconds) {
    add("  %-20s %9.3f %7.1f %%", what, seconds, 100 * seconds / plan.seconds());
  }

  private void traffic() {
    add("");
    add("sent by a rank per step");
    link("tensor", plan.traffic().tensor());
    link("pipeline", plan.traffic().pipe());
    link("data", plan.traffic().data());
  }

  private void link(String what, Traffic.Link link) {
    if (link.bytes() > 0) {
      add(
          "  %-20s %9s over a link of %.1f GB/s %s",
          what,
          Bytes.text(link.bytes()),
          link.rate() / GIGA,
          link.network() ? "between machines" : "within a machine");
    }
  }

  private void throughput() {
    add("");
    add(
        "%,.0f tokens/s, %,.0f per device; %.1f TFLOP/s per device by GPT-NeoX's formula",
        plan.tokensPerSecond(),
        plan.tokensPerSecond() / plan.ranks(),
        plan.neoxFlopsPerSecond() / TERA);
    add("MFU %.1f %%, HFU %.1f %%, counted strictly", 100 * plan.mfu(), 100 * plan.hfu());
    if (plan.days().isPresent()) {
      long steps = plan.run().config().batch().trainIters();
      add(
          "%,d steps, %.4g tokens: %.1f days, %,.0f device hours",
          steps,
          steps * plan.tokens(),
          plan.days().getAsDouble(),
          24 * plan.days().getAsDouble() * plan.ranks());
    } else {
      add("how many steps the run takes is not known before its data are counted (train_epochs)");
    }
  }

  private void layouts(LayoutSearch.Result search) {
    add("");
    if (search.best().isEmpty()) {
      add("no layout fits");
    } else {
      add("%,d of %,d layouts fit; the fastest:", search.fitting(), search.tried());
      add(
          "  %3s %4s %3s %4s %12s %-9s %8s %9s %11s %6s",
          "pp", "dp", "tp", "ZeRO", "micro-batch", "recompute", "GiB", "s/step", "tokens/s", "MFU");
      search.best().forEach(this::row);
    }
    search.reasons().forEach(reason -> add("  - %s", reason));
  }

  private void row(Plan each) {
    Layout layout = each.layout();
    add(
        "  %3d %4d %3d %4d %12s %-9s %8.2f %9.3f %,11.0f %5.1f%%",
        layout.pipe(),
        layout.data(),
        layout.tensor(),
        layout.zeroStage(),
        layout.batches().micro() + " x " + layout.batches().perStep(),
        recomputed(layout.recompute()),
        each.bytes() / GIB,
        each.seconds(),
        each.tokensPerSecond(),
        100 * each.mfu());
  }

  /// A layout in a line.
  static String name(Layout layout) {
    return "pp %d, dp %d, tp %d, ZeRO %d, micro-batch %d x %d, recompute %s%s"
        .formatted(
            layout.pipe(),
            layout.data(),
            layout.tensor(),
            layout.zeroStage(),
            layout.batches().micro(),
            layout.batches().perStep(),
            recomputed(layout.recompute()),
            layout.sequenceParallel() ? ", sequence parallel" : "");
  }

  static String recomputed(RecomputeConfig recompute) {
    return switch (recompute) {
      case RecomputeConfig.Nothing _ -> "nothing";
      case RecomputeConfig.Blocks _ -> "blocks";
      case RecomputeConfig.Selected selected ->
          selected.recomputes(RecomputeConfig.Part.MLP)
              ? selected.parts().size() > 1 ? "both" : "mlp"
              : "core_attn";
    };
  }
}
