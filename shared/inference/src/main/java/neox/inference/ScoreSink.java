package neox.inference;

/// Takes scores as they get ready, which need not be in the order of the requests; one thread at a
/// time calls it.
@FunctionalInterface
public interface ScoreSink {
  /// Called once for each request.
  ///
  /// @param request its number, counted from 0
  void scored(int request, Score score);
}
