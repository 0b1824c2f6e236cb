package neox.model;

import org.bytedeco.pytorch.Tensor;

/// A part of a parameter as autograd knows it: what its gradient is for. It shares the parameter's
/// memory.
///
/// @param tensor the part
/// @param dim along which it is cut out
/// @param from the first of its rows (or columns)
/// @param count of them
public record Leaf(Tensor tensor, int dim, long from, long count) {
  static Leaf whole(Tensor value) {
    return new Leaf(value, 0, 0, value.size(0));
  }

  /// The same part of another tensor of the parameter's shape: a view.
  public Tensor of(Tensor whole) {
    return count == whole.size(dim) ? whole : whole.narrow(dim, from, count);
  }
}
