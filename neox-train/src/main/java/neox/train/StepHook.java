package neox.train;

import java.io.IOException;

/// Something that happens after a step: logging, saving, evaluating. Everything that is not the
/// step itself is a hook; the run calls them in order.
@FunctionalInterface
interface StepHook {
  void after(StepResult result) throws IOException;

  /// The same hook, called only when the step is a multiple of `interval`.
  static StepHook every(long interval, StepHook hook) {
    return result -> {
      if (result.step() % interval == 0) {
        hook.after(result);
      }
    };
  }
}
