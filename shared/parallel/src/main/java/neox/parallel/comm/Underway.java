package neox.parallel.comm;

/// An operation of a [Communicator] that has been started and goes on beside the computation.
public interface Underway {
  /// Returns when this rank may use its tensors again; once per operation. Throws as the operation
  /// itself would.
  void await();
}
