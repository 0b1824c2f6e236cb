package neox.data;

import java.nio.file.Path;
import java.util.List;
import neox.base.UserException;

/// Datasets of their own for training, validation and test (`train_data_paths` and so on), each
/// possibly a weighted mixture.
public record BlendPlan(
    Blend train,
    Blend valid,
    Blend test,
    int seqLength,
    long seed,
    long trainSamples,
    long validSamples,
    long testSamples) {

  /// A weighted mixture.
  ///
  /// @param weights relative, one per prefix; no prefixes mean no such split
  public record Blend(List<Path> prefixes, List<Double> weights) {
    public Blend {
      prefixes = List.copyOf(prefixes);
      weights = List.copyOf(weights);
      if (prefixes.size() != weights.size()) {
        throw UserException.of(
            "%d data paths but %d weights; give one weight per path",
            prefixes.size(), weights.size());
      }
    }
  }
}
