package neox.train.optimizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import neox.config.DeterministicConfig;
import neox.config.MixedPrecisionConfig;
import neox.config.Precision;
import neox.config.ZeroConfig;
import neox.model.LayerWatch;
import neox.model.Parameter;
import neox.parallel.SumTree;
import neox.parallel.comm.Communicator;
import neox.tensor.Scope;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

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
/// Not thread-safe; every step overwrites the memory. Once the network tells this watcher where its
/// passes are, gradients of a bucket that are complete are reduced while the pass goes on.
public final class GradientBuckets implements LayerWatch, MicroBatchSums, AutoCloseable {
  private static final int UNKNOWN = -1;

  private final Buckets plan;
  private final Accumulation accumulation;
  private final Holdings holdings;
  private final List<BucketGradients> buckets = new ArrayList<>();
  private final List<Kept> kept = new ArrayList<>();
  private final List<SecondUse> secondUses;
  private final TensorVector sums = Scope.keep(new TensorVector());
  private final Set<BucketGradients> complete = new HashSet<>();
  private @Nullable BucketGradients latest;
  private int microBatches = UNKNOWN;
  private int passes;

  /// How the gradients of micro-batches are added up.
  public enum Accumulation {
    /// In float32.
    FLOAT32,
    /// In the type that they arrive in, which is that of the parameters.
    AS_ARRIVING,
    /// In float32 and in the order of a [SumTree], so that the bits do not depend on how replicas
    /// share the micro-batches (docs/decisions/0025-same-bits.md). Every rank keeps all gradients.
    TREE;

    /// As configured.
    public static Accumulation of(
        DeterministicConfig deterministic, MixedPrecisionConfig mixedPrecision) {
      if (deterministic.onEveryLayout()) {
        return TREE;
      }
      return mixedPrecision.accumulation() == Precision.FP32 ? FLOAT32 : AS_ARRIVING;
    }
  }

  /// A slice of which this rank has the sums.
  record Kept(BucketGradients gradients, Slice slice) {
    Tensor view(Tensor flat) {
      return gradients.view(flat, slice);
    }
  }

  private GradientBuckets(Buckets plan, Accumulation accumulation) {
    this.plan = plan;
    this.accumulation = accumulation;
    this.holdings = plan.holdings();
    for (Bucket bucket : plan.trained()) {
      buckets.add(
          shares()
              ? new PartGradients(bucket, holdings.ranks(), accumulation)
              : new WholeGradients(bucket, holdings.ranks(), accumulation));
    }
    for (Parameter parameter : holdings.mine()) {
      for (BucketGradients gradients : buckets) {
        gradients.kept().stream()
            .filter(slice -> slice.spec().equals(parameter.spec()))
            .forEach(slice -> kept.add(new Kept(gradients, slice)));
      }
    }
    kept.forEach(each -> sums.push_back(each.view(each.gradients.sums())));
    secondUses =
        holdings.mine().stream()
            .filter(each -> each.spec().trainable() && !each.secondUse().isEmpty())
            .map(SecondUse::new)
            .toList();
  }

  /// Zero gradients for the parameters of this rank that are trained, on every rank.
  public static GradientBuckets of(Holdings holdings) {
    return of(holdings, Accumulation.FLOAT32, Cut.ANYWHERE);
  }

  /// The same, added up and cut in a way of choice.
  public static GradientBuckets of(Holdings holdings, Accumulation accumulation, Cut cut) {
    return of(Buckets.of(holdings, List.of(), ZeroConfig.NONE, cut), accumulation);
  }

  /// The same, shared among ranks as these buckets are.
  public static GradientBuckets of(Buckets plan, Accumulation accumulation) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      return new GradientBuckets(plan, accumulation);
    }
  }

  Holdings holdings() {
    return holdings;
  }

  /// Whether the bits do not depend on how the run is cut over ranks.
  boolean onEveryLayout() {
    return accumulation == Accumulation.TREE;
  }

  List<BucketGradients> buckets() {
    return buckets;
  }

  /// The slices of parameters whose sums this rank keeps, in the order of the parameters.
  List<Kept> kept() {
    return kept;
  }

  /// The sum of one parameter of this rank, a view: `[elements]`, float32. Where ranks share
  /// gradients, of this rank's slice of it.
  public Tensor sum(ParameterSpec spec) {
    return kept.stream()
        .filter(each -> each.slice.key().equals(spec.key()))
        .findFirst()
        .map(each -> each.view(each.gradients.sums()))
        .orElseThrow(() -> new IllegalArgumentException("no gradient of " + spec.key() + " here"));
  }

  /// Whether each data-parallel rank keeps a part.
  private boolean shares() {
    return plan.zero().sharesGradients() && accumulation != Accumulation.TREE;
  }

  private Communicator data() {
    return holdings.ranks().data();
  }

  /// All tensors that have memory of their own.
  public List<Tensor> tensors() {
    return buckets.stream().flatMap(gradients -> gradients.memory().stream()).toList();
  }

  ZeroConfig zero() {
    return plan.zero();
  }

  /// Starts the next step.
  public void clear() {
    microBatches = UNKNOWN;
    passes = 0;
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      buckets.forEach(BucketGradients::clear);
    }
  }

  /// The same for so many micro-batches of this rank, worked on in their [#order]: when the
  /// backward pass of the last of them has completed gradients, they can be reduced at once.
  public void clear(int count) {
    clear();
    microBatches = count;
    SumTree tree = new SampleOrder(data()).tree(count);
    buckets.forEach(gradients -> gradients.addInOrder(tree));
    secondUses.forEach(second -> second.tree().begin(tree, data().rank()));
  }

  @Override
  public List<Integer> order(int count) {
    return switch (accumulation) {
      case FLOAT32, AS_ARRIVING -> MicroBatchSums.super.order(count);
      case TREE -> new SampleOrder(data()).order(count);
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
  public void beforeForward(int step) {}

  @Override
  public void afterForward(int step) {}

  /// What is computed before all layers gets its gradient at the very end, and may get it from each
  /// of them.
  @Override
  public void beforeBackward(int step) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (BucketGradients gradients : buckets) {
        SortedSet<Integer> steps = gradients.bucket().steps();
        if (steps.contains(step) || (!steps.isEmpty() && steps.getFirst() == 0)) {
          gradients.expect();
        }
      }
    }
  }

  @Override
  public void afterBackward(int step) {
    if (shares() || reducesNow()) {
      completeFrom(step);
    }
  }

  private boolean reducesNow() {
    return plan.zero().overlapComm()
        && passes + 1 == microBatches
        && accumulation != Accumulation.TREE;
  }

  @Override
  public void accumulate() {
    completeFrom(0);
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      buckets.forEach(BucketGradients::settle);
      secondUses.forEach(second -> second.tree().add());
    }
    complete.clear();
    latest = null;
    passes++;
  }

  /// Those that the backward pass has left, the last of the network first. At most two are under
  /// way at the same time.
  private void completeFrom(int step) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (BucketGradients gradients : buckets.reversed()) {
        if (gradients.bucket().readyAfter() >= step && complete.add(gradients)) {
          gradients.arrived();
          if (reducesNow()) {
            gradients.start();
          }
          BucketGradients before = plan.zero().overlapComm() ? latest : gradients;
          if (before != null) {
            before.advance();
          }
          latest = gradients;
        }
      }
    }
  }

  /// Makes the gradients those of the whole batch, the same on all ranks that hold a parameter: the
  /// mean over the data axis, the sum over the tensor axis where ranks share a bias, and over the
  /// stages that hold the same parameter. All ranks call this together.
  public void reduce() {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      buckets.forEach(BucketGradients::reduce);
      for (SecondUse second : secondUses) {
        second.tree().reduce(data());
        sum(second.parameter().spec()).add_(second.sums()); // as another stage's would be
      }
      StageSums stages = new StageSums(holdings.ranks().pipe());
      for (Kept each : kept) {
        stages.add(each.view(each.gradients.sums()), holdings.stages(each.slice.spec()));
      }
    }
  }

  /// The norms of the whole network's gradients. All ranks call this together.
  public GradientNorms norms() {
    return switch (accumulation) {
      case FLOAT32, AS_ARRIVING -> normsOf(sums);
      case TREE ->
          new ExactNorms(holdings)
              .of(holdings.mine().stream().filter(p -> p.spec().trainable()).toList(), sums);
    };
  }

  /// The same of other tensors of the whole network.
  ///
  /// @param tensors one for each of [#kept]
  GradientNorms normsOf(TensorVector tensors) {
    return networkNorms().of(tensors, kept.stream().map(Kept::slice).toList());
  }

  private NetworkNorms networkNorms() {
    return new NetworkNorms(holdings, shares() ? data() : Communicator.alone());
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
      for (BucketGradients gradients : buckets) {
        gradients.sums().mul_(new Scalar(factor));
      }
    }
  }

  @Override
  public void close() {
    buckets.forEach(BucketGradients::close);
    secondUses.forEach(SecondUse::close);
    Scope.release(sums);
  }
}
