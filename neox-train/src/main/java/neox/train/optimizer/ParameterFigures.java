package neox.train.optimizer;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import neox.monitor.Histogram;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.Scope;
import neox.train.optimizer.SlicedState.Held;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Figures of each trained parameter of the whole network, of which each rank has slices: the same
/// on every rank. All ranks call each method together. Those of gradients are asked for before the
/// optimizer steps, which uses them up.
public final class ParameterFigures {
  private final Holdings holdings;
  private final List<SlicedState> states;
  private final UpdateRule rule;

  ParameterFigures(Holdings holdings, List<SlicedState> states, UpdateRule rule) {
    this.holdings = holdings;
    this.states = states;
    this.rule = rule;
  }

  /// How many percent of each gradient are zero.
  public Map<String, Double> zerosOfGradients() {
    Map<String, Double> percent = new LinkedHashMap<>();
    over(
            Held::ofGradient,
            x -> new double[] {x.count_nonzero().item_long(), x.numel()},
            2,
            Reduction.SUM)
        .forEach((key, sum) -> percent.put(key, 100 * (1 - sum[0] / sum[1])));
    return percent;
  }

  /// The Euclidean norm of each parameter.
  public Map<String, Double> norms() {
    return norms(Held::ofWeights);
  }

  /// The norms of what the optimizer remembers of each element of a parameter, as `PARAMETER_NAME`:
  /// `2.mlp.dense.weight_exp_avg`.
  public Map<String, Double> normsOfStates() {
    Map<String, Map<String, Double>> byName = new LinkedHashMap<>();
    Map<String, Double> norms = new LinkedHashMap<>();
    for (ParameterSpec spec : trained()) {
      for (Slot slot : rule.of(spec).slots(spec.shape().rank())) {
        if (slot instanceof Slot.Elements(String name, int _)) {
          Map<String, Double> all =
              byName.computeIfAbsent(name, _ -> norms(held -> held.slot(name)));
          norms.put(spec.key() + "_" + name, Objects.requireNonNull(all.get(spec.key())));
        }
      }
    }
    return norms;
  }

  /// How the elements of each parameter are distributed.
  public Map<String, Histogram> histograms() {
    return histograms(Held::ofWeights);
  }

  /// How the elements of each gradient are distributed.
  public Map<String, Histogram> histogramsOfGradients() {
    return histograms(Held::ofGradient);
  }

  private Map<String, Double> norms(Function<Held, Optional<Tensor>> part) {
    Map<String, Double> norms = new LinkedHashMap<>();
    over(
            part,
            x -> new double[] {x.to(ScalarType.Double).square().sum().item_double()},
            1,
            Reduction.SUM)
        .forEach((key, square) -> norms.put(key, Math.sqrt(square[0])));
    return norms;
  }

  private Map<String, Histogram> histograms(Function<Held, Optional<Tensor>> part) {
    Map<String, double[]> ends =
        over(part, HistogramBuckets::ends, HistogramBuckets.ENDS, Reduction.MAX);
    Map<String, Histogram> histograms = new LinkedHashMap<>();
    over(part, HistogramBuckets::sums, HistogramBuckets.SUMS, Reduction.SUM)
        .forEach((key, sums) ->
            histograms.put(
                key, HistogramBuckets.histogram(sums, Objects.requireNonNull(ends.get(key)))));
    return histograms;
  }

  private List<ParameterSpec> trained() {
    return holdings.network().stream().filter(ParameterSpec::trainable).toList();
  }

  /// Figures of each slice, put together for each parameter.
  ///
  /// @param figures of a tensor, always as many
  private Map<String, double[]> over(
      Function<Held, Optional<Tensor>> part,
      Function<Tensor, double[]> figures,
      int count,
      Reduction reduction) {
    double none = reduction == Reduction.MAX ? Double.NEGATIVE_INFINITY : 0;
    Map<String, double[]> table = new LinkedHashMap<>();
    for (ParameterSpec spec : trained()) {
      double[] row = new double[count];
      Arrays.fill(row, none);
      table.put(spec.key(), row);
    }
    for (SlicedState state : states) {
      state.held().forEach(held -> add(table, held, part, figures, reduction));
    }
    return together(table, count, reduction);
  }

  private void add(
      Map<String, double[]> table,
      Held held,
      Function<Held, Optional<Tensor>> part,
      Function<Tensor, double[]> figures,
      Reduction reduction) {
    if (!holdings.isCountedHere(held.spec())) {
      return;
    }
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      Optional<Tensor> tensor = part.apply(held).filter(x -> x.numel() > 0);
      double[] row = Objects.requireNonNull(table.get(held.spec().key()));
      double[] mine = tensor.map(figures).orElse(new double[0]);
      for (int i = 0; i < mine.length; i++) {
        row[i] = reduction == Reduction.MAX ? Math.max(row[i], mine[i]) : row[i] + mine[i];
      }
    }
  }

  private Map<String, double[]> together(
      Map<String, double[]> table, int count, Reduction reduction) {
    double[] all = table.values().stream().flatMapToDouble(Arrays::stream).toArray();
    boolean cut = states.stream().anyMatch(SlicedState::isPart);
    for (Communicator group :
        List.of(
            cut ? holdings.ranks().data() : Communicator.alone(),
            holdings.ranks().tensor(),
            holdings.ranks().pipe())) {
      all = reduction == Reduction.MAX ? Sums.max(group, all) : Sums.over(group, all);
    }
    int from = 0;
    for (Map.Entry<String, double[]> entry : table.entrySet()) {
      entry.setValue(Arrays.copyOfRange(all, from, from + count));
      from += count;
    }
    return table;
  }
}
