package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.spec.ParameterSpec;

/// The average of the weights that training has kept (`ema.enable`). What is not trained is not
/// averaged, and is the network's, widened.
record EmaWeights(EmaFile file) implements WideWeights {
  /// Opens the average beside a checkpoint's weights; [UserException] when there is none, or that
  /// of another network.
  ///
  /// @param parameters that it may be of
  static EmaWeights open(Path directory, Collection<ParameterSpec> parameters) throws IOException {
    EmaWeights weights = new EmaWeights(EmaFile.open(directory));
    boolean checked = false;
    try {
      weights.check(directory.resolve(EmaFile.NAME), parameters);
      checked = true;
      return weights;
    } finally {
      if (!checked) {
        weights.close();
      }
    }
  }

  private void check(Path path, Collection<ParameterSpec> parameters) {
    Set<String> surplus = new LinkedHashSet<>(file.names());
    for (ParameterSpec spec : parameters) {
      if (surplus.remove(spec.key())) {
        LazyTensor average = file.tensor(spec.key());
        if (average.dtype() != DType.FLOAT32 || !average.shape().equals(spec.shape())) {
          throw UserException.of(
              "%s: %s is %s %s; expected %s %s",
              path, spec.key(), average.dtype(), average.shape(), DType.FLOAT32, spec.shape());
        }
      }
    }
    if (!surplus.isEmpty()) {
      throw UserException.of(
          "%s: %s is no parameter of the configured network; it is the average of another",
          path, surplus.iterator().next());
    }
  }

  @Override
  public LazyTensor tensor(ParameterSpec spec, LazyTensor stored) {
    return file.names().contains(spec.key()) ? file.tensor(spec.key()) : stored.to(DType.FLOAT32);
  }

  @Override
  public void close() {
    file.close();
  }
}
