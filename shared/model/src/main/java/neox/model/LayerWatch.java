package neox.model;

/// Is told when a pass comes to a step of a network and when it has left it, so that weights need
/// to be there, and room for gradients taken, no longer than that (arXiv:1910.02054 §5 and §7).
///
/// Steps are numbered as the forward pass takes them: 0 for what is computed before the first
/// layer, then one for each layer (for each group of layers that are recomputed together), and one
/// for the head; [Network#uses] says which weights each of them needs.
public interface LayerWatch {
  /// Nobody watches.
  LayerWatch NONE =
      new LayerWatch() {
        @Override
        public void beforeForward(int step) {}

        @Override
        public void afterForward(int step) {}

        @Override
        public void beforeBackward(int step) {}

        @Override
        public void afterBackward(int step) {}
      };

  void beforeForward(int step);

  void afterForward(int step);

  /// Not told of steps that train nothing and come before all that do.
  void beforeBackward(int step);

  /// All that the backward pass does for this step and those behind it has been done, so that the
  /// gradients of weights that no earlier step uses are complete. Not told of the first step that
  /// trains something: the end of the backward pass concludes that one.
  void afterBackward(int step);

  /// Runs what writes a parameter from outside, with the parameter there.
  default void write(Parameter parameter, Runnable writing) {
    writing.run();
  }
}
