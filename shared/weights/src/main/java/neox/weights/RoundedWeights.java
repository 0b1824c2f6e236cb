package neox.weights;

/// Weights rounded to another element type, as if they had been stored in it.
///
/// @param stored closed with this
public record RoundedWeights(TensorStore stored, DType type) implements DerivedStore {
  @Override
  public LazyTensor tensor(String name) {
    return stored.tensor(name).to(type);
  }
}
