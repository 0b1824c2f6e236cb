package neox.inference;

/// Takes continuations token by token, in turn with others; those of one sample come in their
/// order.
public interface GenerationSink {
  /// Whether a continuation goes on.
  enum Flow {
    CONTINUE,
    /// [#finished] follows.
    STOP
  }

  /// A token that belongs to a continuation. One that may be the beginning of a stop sequence comes
  /// when it is clear that it is none; one that ends the continuation does not come.
  default Flow token(GeneratedToken token) {
    return Flow.CONTINUE;
  }

  /// Called once for each sample of each request, in any order.
  ///
  /// @param request counted in the order in which requests were taken, from 0
  /// @param sample of the request, from 0
  void finished(int request, int sample, Generation generation);
}
