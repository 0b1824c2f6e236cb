package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.stability.NoiseScale;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The sum of the gradients of some steps, for the gradient noise scale. A run that goes on begins
/// a new sum. Owns the memory of one gradient; not thread-safe.
public final class GradientSums implements AutoCloseable {
  private final GradientBuckets gradients;
  private final int steps;
  private final List<Tensor> flat = new ArrayList<>(); // of each bucket, [length] float32
  private final TensorVector perParameter = Scope.keep(new TensorVector());
  private int added;
  private long samples;

  /// Where the sum is kept.
  public enum Place {
    WITH_THE_GRADIENTS,
    MAIN_MEMORY
  }

  /// @param steps that make up a sum, at least 2
  public GradientSums(GradientBuckets gradients, int steps, Place place) {
    this.gradients = gradients;
    this.steps = steps;
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (BucketGradients bucket : gradients.buckets()) {
        flat.add(Scope.keep(placement(bucket, place).zeros(bucket.sums().numel())));
      }
      for (GradientBuckets.Kept kept : gradients.kept()) {
        perParameter.push_back(kept.view(flat.get(gradients.buckets().indexOf(kept.gradients()))));
      }
    }
  }

  private static Placement placement(BucketGradients bucket, Place place) {
    return switch (place) {
      case WITH_THE_GRADIENTS -> Placement.of(bucket.sums());
      case MAIN_MEMORY -> Placement.cpu(ScalarType.Float);
    };
  }

  /// Takes in the gradients of a step: means over its samples, finite, without loss scale and
  /// before clipping. When a sum is complete, returns what it tells and begins another one. All
  /// ranks call this together.
  ///
  /// @param stepSamples of the step; where their number changes, a new sum begins
  public Optional<NoiseScale.Pair> add(double norm, long stepSamples) {
    if (stepSamples != samples) {
      clear();
      samples = stepSamples;
    }
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (int i = 0; i < flat.size(); i++) {
        flat.get(i)
            .add_(gradients.buckets().get(i).sums().to(flat.get(i).device(), ScalarType.Float));
      }
      added++;
      if (added < steps) {
        return Optional.empty();
      }
      double mean = gradients.normsOf(perParameter).global() / steps;
      NoiseScale.Pair pair =
          new NoiseScale.Pair(samples, norm * norm, samples * steps, mean * mean);
      clear();
      return Optional.of(pair);
    }
  }

  private void clear() {
    try (var _ = new NoGradGuard()) {
      flat.forEach(Tensor::zero_);
    }
    added = 0;
  }

  @Override
  public void close() {
    Scope.release(perParameter);
    flat.forEach(Scope::release);
  }
}
