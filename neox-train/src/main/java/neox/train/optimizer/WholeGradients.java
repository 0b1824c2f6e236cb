package neox.train.optimizer;

import java.util.List;
import java.util.Optional;
import neox.parallel.Ranks;
import neox.parallel.SumTree;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.parallel.comm.Underway;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.optimizer.GradientBuckets.Accumulation;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// All gradients of a bucket, on every rank: without ZeRO, and with its stage 1. They are reduced
/// once, after the last micro-batch, or while its backward pass goes on. Where the order of sums is
/// fixed, `tree` adds up what arrives.
final class WholeGradients implements BucketGradients {
  private final Bucket bucket;
  private final Ranks ranks;
  private final Accumulation accumulation;
  private final Tensor sums; // [length], float32
  private final Tensor arriving; // [length]; the same as `sums` where nothing is between
  private final Optional<TreeSums> tree;
  private @Nullable Underway sum;
  private @Nullable Underway gathering;

  WholeGradients(Bucket bucket, Ranks ranks, Accumulation accumulation) {
    this.bucket = bucket;
    this.ranks = ranks;
    this.accumulation = accumulation;
    Placement placement = bucket.placement();
    long length = bucket.layout().length();
    sums = Scope.keep(placement.as(ScalarType.Float).zeros(length));
    arriving = isBetween() ? Scope.keep(placement.zeros(length)) : sums;
    tree =
        accumulation == Accumulation.TREE
            ? Optional.of(new TreeSums(arriving, sums))
            : Optional.empty();
    for (Slice slice : bucket.layout().whole()) {
      bucket.parameter(slice).collect(bucket.view(arriving, slice));
    }
  }

  /// Whether gradients arrive in memory of their own.
  private boolean isBetween() {
    return bucket.kind().isNarrow() || accumulation == Accumulation.TREE;
  }

  @Override
  public Bucket bucket() {
    return bucket;
  }

  @Override
  public List<Slice> kept() {
    return bucket.layout().whole();
  }

  @Override
  public Tensor sums() {
    return sums;
  }

  @Override
  public Tensor view(Tensor flat, Slice slice) {
    return bucket.view(flat, slice);
  }

  @Override
  public void clear() {
    sums.zero_();
    if (isBetween()) {
      arriving.zero_();
    }
  }

  @Override
  public void addInOrder(SumTree order) {
    tree.ifPresent(each -> each.begin(order, ranks.data().rank()));
  }

  @Override
  public void expect() {}

  @Override
  public void arrived() {
    switch (accumulation) {
      case FLOAT32 -> takeOver();
      case AS_ARRIVING -> {}
      case TREE -> tree.orElseThrow().add();
    }
  }

  private void takeOver() {
    if (bucket.kind().isNarrow()) {
      sums.add_(arriving);
      arriving.zero_();
    }
  }

  @Override
  public void start() {
    if (!bucket.kind().addedOnce() && !ranks.data().isAlone()) {
      takeOver();
      begin();
    }
  }

  /// A reduction is a scatter and a gather, so that all ranks have the bits of one.
  private void begin() {
    sum = ranks.data().startReduceScatter(own(), sums);
  }

  private Tensor own() {
    long length = bucket.layout().partLength();
    return sums.narrow(0, ranks.data().rank() * length, length);
  }

  @Override
  public void advance() {
    Underway reducing = sum;
    if (reducing != null) {
      sum = null;
      reducing.await();
      Communicator data = ranks.data();
      own().div_(new Scalar((double) data.size()));
      gathering = data.startAllGather(sums, own());
    }
  }

  @Override
  public void settle() {}

  @Override
  public void reduce() {
    boolean started = sum != null || gathering != null;
    if (tree.isPresent()) {
      tree.get().reduce(ranks.data());
    } else if (!started) {
      takeOver();
    }
    if (bucket.kind().addedOnce()) {
      ranks.tensor().allReduce(sums, Reduction.SUM);
    }
    if (ranks.data().isAlone() || tree.isPresent()) {
      return;
    }
    if (!started) {
      begin();
    }
    advance();
    Underway gathered = gathering;
    if (gathered != null) {
      gathering = null;
      gathered.await();
    }
  }

  @Override
  public Tensor carrier() {
    return arriving;
  }

  @Override
  public void carried() {}

  @Override
  public List<Tensor> memory() {
    return List.of(sums, arriving);
  }

  @Override
  public void close() {
    for (Slice slice : bucket.layout().whole()) {
      bucket.parameter(slice).forget();
    }
    tree.ifPresent(TreeSums::close);
    if (isBetween()) {
      Scope.release(arriving);
    }
    Scope.release(sums);
  }
}
