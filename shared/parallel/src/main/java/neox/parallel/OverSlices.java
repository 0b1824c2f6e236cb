package neox.parallel;

import neox.parallel.comm.Communicator;
import neox.tensor.CustomFunction;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// Sequence parallelism (arXiv:2205.05198 §4.2.2): *g* and *ḡ* in place of *f* and *g*. Entering a
/// region gathers the slices of the sequence, leaving it adds up and scatters; norms, dropout and
/// residuals between the regions see a slice. See [TensorParallel#ofSlices].
///
/// Shapes: n ranks, b batch, s sequence, h hidden size; n divides s.
///
/// @param whole the same ranks without slices
record OverSlices(Communicator group, TensorParallel whole) implements TensorParallel {
  OverSlices(Communicator group) {
    this(group, TensorParallel.of(group));
  }

  @Override
  public int rank() {
    return group.rank();
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public int slices() {
    return group.size();
  }

  @Override
  public TensorParallel ofWholeSequences() {
    return whole;
  }

  @Override
  public Tensor enter(Tensor x) {
    return Scope.run(() -> CustomFunction.apply(slicesOfAll(x), x, this::addAndScatter));
  }

  @Override
  public Tensor leave(Tensor x) {
    return Scope.run(() -> CustomFunction.apply(addAndScatter(x), x, this::slicesOfAll));
  }

  @Override
  public Tensor total(Tensor x) {
    return whole.total(x);
  }

  /// The others' slices of the gradient are on the other ranks.
  @Override
  public Tensor slice(Tensor x) {
    return Scope.run(() -> {
      Tensor mine = slicesFirst(x.detach()).select(0, group.rank()).contiguous();
      return CustomFunction.apply(mine, x, this::slicesOfAll);
    });
  }

  @Override
  public Tensor max(Tensor x) {
    return whole.max(x);
  }

  @Override
  public Tensor sum(Tensor x) {
    return whole.sum(x);
  }

  @Override
  public Tensor gather(Tensor part) {
    return whole.gather(part);
  }

  /// The slices `[b, s/n, h]` of all ranks side by side: `[b, s, h]`.
  private Tensor slicesOfAll(Tensor x) {
    return Scope.run(() -> {
      Tensor mine = x.detach().contiguous();
      long[] sizes = mine.sizes().vec().get();
      sizes[0] *= group.size();
      Tensor all = mine.new_empty(sizes); // [n·b, s/n, h]
      group.allGather(all, mine);
      return all.view(group.size(), x.size(0), x.size(1), x.size(2))
          .transpose(0, 1)
          .reshape(x.size(0), group.size() * x.size(1), x.size(2));
    });
  }

  /// This rank's slice `[b, s/n, h]` of the sum of all ranks' `[b, s, h]`.
  private Tensor addAndScatter(Tensor x) {
    return Scope.run(() -> {
      Tensor slices = slicesFirst(x.detach()).contiguous(); // [n, b, s/n, h]
      Tensor mine = slices.new_empty(slices.size(1), slices.size(2), slices.size(3));
      group.reduceScatter(mine, slices.view(-1, slices.size(2), slices.size(3)));
      return mine;
    });
  }

  /// `[b, s, h]` as `[n, b, s/n, h]`, a view where it can be.
  private Tensor slicesFirst(Tensor x) {
    long n = group.size();
    if (x.size(1) % n != 0) {
      throw new IllegalStateException(
          "a sequence of %d is not cut into %d slices".formatted(x.size(1), n));
    }
    return x.reshape(x.size(0), n, x.size(1) / n, x.size(2)).transpose(0, 1);
  }
}
