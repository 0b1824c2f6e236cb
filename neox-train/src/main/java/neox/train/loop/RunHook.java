package neox.train.loop;

import java.io.IOException;

/// Something that happens after a step: logging, saving, evaluating. Everything that is not the
/// step itself is a hook.
@FunctionalInterface
public interface RunHook {
  void after(StepOutcome outcome) throws IOException;
}
