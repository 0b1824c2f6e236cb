package neox.inference;

/// Takes continuations as they get ready, which need not be in the order of the requests.
@FunctionalInterface
public interface GenerationSink {
  /// Called once for each request.
  ///
  /// @param request its index
  /// @param written the new tokens, the one that stopped it included
  void finished(int request, int[] written);
}
