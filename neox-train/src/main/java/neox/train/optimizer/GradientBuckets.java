package neox.train.optimizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import neox.model.Parameter;
import neox.parallel.SumTree;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.FusedOps;
import neox.tensor.Scope;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// The gradients of one optimizer step in float32: sums over the micro-batches of what autograd
/// adds up, then means over the data-parallel ranks. A step goes
///
///     clear, (backward, accumulate) per micro-batch, reduce, unscale, norms, clip
///
/// The memory lives as long as this object and is the parameters' own `grad`, so it stays flat over
/// the steps. Parameters of a narrower type get a second, narrow buffer that one micro-batch fills
/// and [#accumulate] empties: narrow sums would lose small contributions. Where such sums are asked
/// for, all micro-batches fill it and [#reduce] empties it. Parameters that are not trained have
/// none.
///
/// Not thread-safe; every step overwrites the memory.
public final class GradientBuckets implements MicroBatchSums, AutoCloseable {
  private final Holdings holdings;
  private final List<Parameter> parameters;
  private final List<Bucket> buckets;
  private final Accumulation accumulation;
  private final TensorVector sums = Scope.keep(new TensorVector());
  private final TensorVector memory = Scope.keep(new TensorVector());
  private final TensorVector narrowSums = Scope.keep(new TensorVector());
  private final TensorVector narrowArriving = Scope.keep(new TensorVector());

  /// How the gradients of micro-batches are added up.
  public enum Accumulation {
    /// In float32.
    FLOAT32,
    /// In the type that they arrive in, which is that of the parameters.
    AS_ARRIVING,
    /// In float32 and in the order of a [SumTree], so that the bits do not depend on how replicas
    /// share the micro-batches (docs/decisions/0025-same-bits.md).
    TREE
  }

  private GradientBuckets(Holdings holdings, Accumulation accumulation, Cut cut) {
    this.holdings = holdings;
    this.accumulation = accumulation;
    this.parameters = holdings.mine().stream().filter(p -> p.spec().trainable()).toList();
    this.buckets = Bucket.of(parameters, data().size(), cut, accumulation);
    for (Parameter parameter : parameters) {
      sums.push_back(sum(parameter.spec()));
    }
    for (Bucket bucket : buckets) {
      memory.push_back(bucket.sums());
      if (bucket.arriving() != bucket.sums()) {
        memory.push_back(bucket.arriving());
      }
      if (bucket.kind().isNarrow()) {
        narrowSums.push_back(bucket.sums());
        narrowArriving.push_back(bucket.arriving());
      }
    }
  }

  /// Zero gradients for the parameters of this rank that are trained.
  public static GradientBuckets of(Holdings holdings) {
    return of(holdings, Accumulation.FLOAT32, Cut.ANYWHERE);
  }

  /// The same, added up and cut in a way of choice.
  public static GradientBuckets of(Holdings holdings, Accumulation accumulation, Cut cut) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      return new GradientBuckets(holdings, accumulation, cut);
    }
  }

  Holdings holdings() {
    return holdings;
  }

  List<Bucket> buckets() {
    return buckets;
  }

  /// Visits the parameters of this rank that are trained, in their order.
  void eachParameter(BiConsumer<Bucket, Slice> visitor) {
    for (Parameter parameter : parameters) {
      Bucket bucket = bucket(parameter.spec());
      visitor.accept(bucket, bucket.layout().whole(parameter.spec().key()));
    }
  }

  private Bucket bucket(ParameterSpec spec) {
    return buckets.stream()
        .filter(bucket -> bucket.holds(spec.key()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no gradient of " + spec.key() + " here"));
  }

  /// The sum of one parameter of this rank, a view: `[elements]`, float32.
  public Tensor sum(ParameterSpec spec) {
    Bucket bucket = bucket(spec);
    return bucket.view(bucket.sums(), bucket.layout().whole(spec.key()));
  }

  private Communicator data() {
    return holdings.ranks().data();
  }

  /// Starts the next step.
  public void clear() {
    try (var _ = new NoGradGuard()) {
      FusedOps.zero(memory);
    }
  }

  /// The same for so many micro-batches of this rank, worked on in their [#order].
  public void clear(int microBatches) {
    clear();
    if (accumulation == Accumulation.TREE) {
      SumTree tree = tree(microBatches);
      trees().forEach(sums -> sums.begin(tree, data().rank()));
    }
  }

  private Stream<TreeSums> trees() {
    return buckets.stream().flatMap(bucket -> bucket.tree().stream());
  }

  /// Micro-batch i of replica r is term `i · replicas + r`: the numbers of their samples.
  private SumTree tree(int microBatches) {
    return SumTree.ofTurns(Math.multiplyExact(microBatches, data().size()), data().size());
  }

  @Override
  public List<Integer> order(int count) {
    return switch (accumulation) {
      case FLOAT32, AS_ARRIVING -> MicroBatchSums.super.order(count);
      case TREE ->
          tree(count).termsOf(data().rank()).stream().map(term -> term / data().size()).toList();
    };
  }

  @Override
  public int divisor(int count) {
    return switch (accumulation) {
      case FLOAT32, AS_ARRIVING -> count;
      case TREE -> Math.multiplyExact(count, data().size());
    };
  }

  @Override
  public void accumulate() {
    switch (accumulation) {
      case FLOAT32 -> takeOver();
      case AS_ARRIVING -> {}
      case TREE -> {
        try (var _ = new NoGradGuard()) {
          trees().forEach(TreeSums::add);
        }
      }
    }
  }

  private void takeOver() {
    try (var _ = new NoGradGuard()) {
      FusedOps.addAll(narrowSums, narrowArriving);
      FusedOps.zero(narrowArriving);
    }
  }

  /// Makes the gradients those of the whole batch, the same on all ranks that hold a parameter: the
  /// mean over the data axis, the sum over the tensor axis where ranks share a bias, and over the
  /// stages that hold the same parameter. All ranks call this together.
  public void reduce() {
    if (accumulation == Accumulation.AS_ARRIVING) {
      takeOver();
    }
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (Bucket bucket : buckets) {
        bucket.tree().ifPresent(tree -> tree.reduce(data()));
        if (bucket.kind().addedOnce()) {
          holdings.ranks().tensor().allReduce(bucket.sums(), Reduction.SUM);
        }
        if (bucket.tree().isEmpty()) {
          mean(bucket.sums(), data());
        }
      }
      for (Parameter parameter : parameters) {
        addOverStages(sum(parameter.spec()), holdings.stages(parameter.spec()));
      }
    }
  }

  private static void mean(Tensor sums, Communicator data) {
    if (!data.isAlone()) {
      data.allReduce(sums, Reduction.SUM);
      sums.div_(new Scalar((double) data.size()));
    }
  }

  /// The first of the stages adds up, in their order, and tells the others.
  private void addOverStages(Tensor sum, List<Integer> stages) {
    Communicator pipe = holdings.ranks().pipe();
    int first = stages.getFirst();
    if (pipe.rank() != first) {
      pipe.send(sum, first);
      pipe.receive(sum, first);
      return;
    }
    List<Integer> others = stages.subList(1, stages.size());
    for (int other : others) {
      try (var _ = Scope.open()) {
        Tensor theirs = torch.empty_like(sum);
        pipe.receive(theirs, other);
        sum.add_(theirs);
      }
    }
    others.forEach(other -> pipe.send(sum, other));
  }

  /// The norms of the whole network's gradients. All ranks call this together.
  public GradientNorms norms() {
    return switch (accumulation) {
      case FLOAT32, AS_ARRIVING -> normsOf(sums);
      case TREE -> new ExactNorms(holdings, this::isCountedHere).of(parameters, sums);
    };
  }

  /// The same of other tensors of the whole network.
  ///
  /// @param tensors one for each parameter of this rank that is trained, in their order
  GradientNorms normsOf(TensorVector tensors) {
    Map<String, Double> squares = new LinkedHashMap<>();
    for (ParameterSpec spec : holdings.network()) {
      if (spec.trainable()) {
        squares.put(spec.key(), 0.0);
      }
    }
    float[] mine = FusedOps.norms(tensors);
    for (int i = 0; i < mine.length; i++) {
      ParameterSpec spec = parameters.get(i).spec();
      if (isCountedHere(spec)) {
        squares.put(spec.key(), (double) mine[i] * mine[i]);
      }
    }
    double[] total = squares.values().stream().mapToDouble(Double::doubleValue).toArray();
    total = Sums.over(holdings.ranks().tensor(), total);
    total = Sums.over(holdings.ranks().pipe(), total);
    int index = 0;
    for (Map.Entry<String, Double> entry : squares.entrySet()) {
      entry.setValue(Math.sqrt(total[index++])); // exact for one rank: a float's square is a double
    }
    return new GradientNorms(squares);
  }

  /// A parameter that is split over ranks adds up; one that several hold whole counts once.
  private boolean isCountedHere(ParameterSpec spec) {
    if (!holdings.isFirstHolder(spec)) {
      return false;
    }
    return switch (spec.share()) {
      case Share.Split _ -> true;
      case Share.Same _, Share.AddedOnce _, Share.Summed _ -> holdings.ranks().tensor().isFirst();
    };
  }

  /// Scales all gradients down so that their global norm is at most `limit` (arXiv:1211.5063); a
  /// limit of 0 means none.
  public void clip(double norm, double limit) {
    double factor = clippingFactor(norm, limit);
    if (factor < 1) {
      scale(factor);
    }
  }

  /// What [#clip] multiplies by; NeoX adds the same small number to the norm.
  static double clippingFactor(double norm, double limit) {
    return limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6));
  }

  /// Takes the factor back by which the loss was multiplied.
  public void unscale(double lossFactor) {
    if (lossFactor != 1) {
      scale(1 / lossFactor);
    }
  }

  /// Multiplies all gradients.
  private void scale(double factor) {
    try (var _ = new NoGradGuard()) {
      for (Bucket bucket : buckets) {
        bucket.sums().mul_(new Scalar(factor));
      }
    }
  }

  @Override
  public void close() {
    buckets.forEach(Bucket::close);
    for (TensorVector vector : List.of(sums, memory, narrowSums, narrowArriving)) {
      Scope.release(vector);
    }
  }
}
