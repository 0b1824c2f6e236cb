package neox.train.optimizer;

import java.util.List;
import neox.parallel.Ranks;
import neox.parallel.SumTree;
import neox.parallel.comm.Reduction;
import neox.parallel.comm.Underway;
import neox.tensor.FlatMemory;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.optimizer.GradientBuckets.Accumulation;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// This rank's part of a bucket's gradients (ZeRO from stage 2 on). There is memory for all of them
/// only while a backward pass is at them; what has arrived is reduced for each micro-batch, and the
/// sums of the own part are kept.
final class PartGradients implements BucketGradients {
  private final Bucket bucket;
  private final Ranks ranks;
  private final Accumulation accumulation;
  private final List<Slice> kept;
  private final Tensor sums; // [partLength], float32
  private final FlatMemory arriving; // [length]
  private @Nullable Flight flight;

  /// A reduction under way.
  ///
  /// @param reduced what becomes the sum over the ranks, `[partLength]` float32
  private record Flight(Underway sum, Tensor reduced) {}

  PartGradients(Bucket bucket, Ranks ranks, Accumulation accumulation) {
    this.bucket = bucket;
    this.ranks = ranks;
    this.accumulation = accumulation;
    this.kept = bucket.layout().part(ranks.data().rank());
    Placement placement = bucket.placement();
    sums = Scope.keep(placement.as(ScalarType.Float).zeros(bucket.layout().partLength()));
    arriving = FlatMemory.of(placement, bucket.layout().length());
    for (Slice slice : bucket.layout().whole()) {
      bucket.parameter(slice).collect(bucket.view(arriving.tensor(), slice));
    }
    arriving.giveBack();
    expectWhereNobodySays();
  }

  @Override
  public Bucket bucket() {
    return bucket;
  }

  @Override
  public List<Slice> kept() {
    return kept;
  }

  @Override
  public Tensor sums() {
    return sums;
  }

  @Override
  public Tensor view(Tensor flat, Slice slice) {
    return bucket.viewOfPart(flat, ranks.data().rank(), slice);
  }

  @Override
  public void clear() {
    sums.zero_();
    expectWhereNobodySays();
  }

  @Override
  public void addInOrder(SumTree tree) {}

  private void expectWhereNobodySays() {
    if (bucket.steps().isEmpty()) {
      expect();
    }
  }

  @Override
  public void expect() {
    if (!arriving.isThere()) {
      arriving.take();
      arriving.tensor().zero_();
    }
  }

  /// Where no backward pass came here, it came on no rank.
  @Override
  public void arrived() {
    if (arriving.isThere()) {
      Tensor reduced = Scope.keep(Placement.of(sums).zeros(bucket.layout().partLength()));
      flight = new Flight(ranks.data().startReduceScatter(reduced, arriving.tensor()), reduced);
    }
  }

  @Override
  public void start() {}

  @Override
  public void advance() {
    settle();
  }

  @Override
  public void settle() {
    Flight ending = flight;
    if (ending != null) {
      flight = null;
      ending.sum.await();
      add(ending.reduced);
      Scope.release(ending.reduced);
      arriving.giveBack();
      expectWhereNobodySays();
    }
  }

  /// Sums of a narrower type are rounded to it after every addition.
  private void add(Tensor reduced) {
    if (accumulation == Accumulation.FLOAT32 || !bucket.kind().isNarrow()) {
      sums.add_(reduced);
      return;
    }
    ScalarType type = bucket.kind().type();
    sums.copy_(sums.to(type).add(reduced.to(type)));
  }

  @Override
  public void reduce() {
    settle();
    if (bucket.kind().addedOnce()) {
      ranks.tensor().allReduce(sums, Reduction.SUM);
    }
    sums.div_(new Scalar((double) ranks.data().size()));
  }

  @Override
  public Tensor carrier() {
    arriving.take();
    return arriving.tensor();
  }

  @Override
  public void carried() {
    arriving.giveBack();
    expectWhereNobodySays();
  }

  @Override
  public List<Tensor> memory() {
    return List.of(sums, arriving.tensor());
  }

  @Override
  public void close() {
    for (Slice slice : bucket.layout().whole()) {
      bucket.parameter(slice).forget();
    }
    arriving.close();
    Scope.release(sums);
  }
}
