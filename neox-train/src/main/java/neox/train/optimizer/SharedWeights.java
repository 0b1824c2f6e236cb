package neox.train.optimizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.model.LayerWatch;
import neox.model.Parameter;
import neox.model.StoredTypes;
import neox.parallel.Ranks;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Underway;
import neox.tensor.FlatMemory;
import neox.tensor.Scope;
import neox.tensor.TensorSource;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// The weights of a network of which each data-parallel rank keeps a part (ZeRO's stage 3): they
/// are gathered when a pass comes to the step that needs them, and given back when it leaves it.
/// With overlap, the next step's are on their way while one computes.
///
/// Owns the memory of all weights; the network's parameters are views of it.
public final class SharedWeights implements LayerWatch, AutoCloseable {
  private final Ranks ranks;
  private final boolean ahead;
  private final List<Shared> buckets = new ArrayList<>();
  private final Map<String, Shared> byKey = new HashMap<>();

  /// The weights of one bucket.
  private static final class Shared {
    final Bucket bucket;
    final FlatMemory whole; // [length]
    final Tensor own; // [partLength]
    final Set<Integer> needed = new HashSet<>();
    @Nullable Underway gathering;

    Shared(Bucket bucket) {
      this.bucket = bucket;
      this.whole = FlatMemory.of(bucket.placement(), bucket.layout().length());
      this.own = Scope.keep(bucket.placement().zeros(bucket.layout().partLength()));
      for (Slice slice : bucket.layout().whole()) {
        bucket.parameter(slice).move(bucket.view(whole.tensor(), slice));
      }
      whole.giveBack();
      bucket.shareWeights(own);
    }

    void start(int step, Communicator data) {
      if (needed.isEmpty()) {
        whole.take();
        gathering = data.startAllGather(whole.tensor(), own);
      }
      needed.add(step);
    }

    void await() {
      Underway arriving = gathering;
      if (arriving != null) {
        gathering = null;
        arriving.await();
      }
    }

    void release(int step) {
      needed.remove(step);
      if (needed.isEmpty()) {
        await();
        whole.giveBack();
      }
    }

    void close() {
      whole.close();
      Scope.release(own);
    }
  }

  private SharedWeights(Buckets plan) {
    this.ranks = plan.holdings().ranks();
    this.ahead = plan.zero().overlapComm();
    for (Bucket bucket : plan.zero().sharesWeights() ? plan.all() : List.<Bucket>of()) {
      Shared shared = new Shared(bucket);
      buckets.add(shared);
      bucket.layout().whole().forEach(slice -> byKey.put(slice.key(), shared));
    }
  }

  /// Takes over the weights of these buckets, which are zero then; none where ranks do not share
  /// them.
  public static SharedWeights of(Buckets plan) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      return new SharedWeights(plan);
    }
  }

  @Override
  public void beforeForward(int step) {
    gather(step, step + 1);
  }

  @Override
  public void afterForward(int step) {
    release(step);
  }

  @Override
  public void beforeBackward(int step) {
    gather(step, step - 1);
  }

  @Override
  public void afterBackward(int step) {
    release(step);
  }

  /// Ends a backward pass: what it has not come to, or not left, is given back.
  public void endBackward() {
    for (Shared shared : buckets) {
      if (!shared.needed.isEmpty()) {
        shared.needed.clear();
        shared.await();
        shared.whole.giveBack();
      }
    }
  }

  private void gather(int step, int next) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      start(step);
      if (ahead) {
        start(next);
      }
      for (Shared shared : buckets) {
        if (shared.needed.contains(step)) {
          shared.await();
        }
      }
    }
  }

  private void start(int step) {
    for (Shared shared : buckets) {
      if (shared.bucket.steps().contains(step)) {
        shared.start(step, ranks.data());
      }
    }
  }

  private void release(int step) {
    for (Shared shared : buckets) {
      if (shared.needed.contains(step)) {
        shared.release(step);
      }
    }
  }

  /// This rank keeps its part of what is written.
  @Override
  public void write(Parameter parameter, Runnable writing) {
    @Nullable Shared shared = byKey.get(parameter.spec().key());
    if (shared == null) {
      writing.run();
      return;
    }
    shared.whole.take();
    writing.run();
    int part = ranks.data().rank();
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (Slice slice : shared.bucket.layout().part(part)) {
        if (slice.key().equals(parameter.spec().key())) {
          shared
              .bucket
              .viewOfPart(shared.own, part, slice)
              .copy_(shared.bucket.view(shared.whole.tensor(), slice));
        }
      }
    }
    shared.whole.giveBack();
  }

  /// Whether ranks have parts of the weights alone.
  public boolean any() {
    return !buckets.isEmpty();
  }

  /// The tensors that this rank keeps, of which [#whole] may ask its source.
  public List<Tensor> kept() {
    return buckets.stream().map(shared -> shared.own).toList();
  }

  /// A parameter put together on the first data-parallel rank; empty on the others. All of them
  /// call this together.
  ///
  /// @param source whence the parts are read
  /// @param over which groups of the ranks talk
  public Optional<TensorView> whole(Parameter parameter, TensorSource source, Ranks over) {
    @Nullable Shared shared = byKey.get(parameter.spec().key());
    if (shared == null) {
      throw new IllegalStateException(parameter.spec().key() + " is not shared");
    }
    int part = over.data().rank();
    Optional<Tensor> mine =
        shared.bucket.layout().part(part).stream()
            .filter(slice -> slice.key().equals(parameter.spec().key()))
            .findFirst()
            .map(slice -> shared.bucket.viewOfPart(source.of(shared.own), part, slice));
    return new SliceGathering(over.data(), shared.bucket.layout())
        .whole(parameter.spec().key(), form(parameter), mine);
  }

  private static SliceGathering.Form form(Parameter parameter) {
    return new SliceGathering.Form(
        StoredTypes.of(parameter.value()), Shape.of(StoredTypes.sizes(parameter.value())));
  }

  @Override
  public void close() {
    buckets.forEach(Shared::close);
  }
}
