package neox.data;

import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.StoppedException;

/// Who is told about the making of orders.
@FunctionalInterface
public interface OrderLog {
  /// How far a long build is, and what else is worth a line.
  void info(String line);

  /// What somebody should look after.
  default void warn(String line) {
    info("warning: " + line);
  }

  /// Asked now and then in the middle of a long build; may throw [StoppedException], and then the
  /// build leaves nothing behind.
  default void stopIfAsked() {}

  /// The person before a console.
  static OrderLog of(Console console) {
    return of(console, () -> false);
  }

  /// The same where a build may be asked to stop.
  static OrderLog of(Console console, BooleanSupplier stopRequested) {
    return new OrderLog() {
      @Override
      public void stopIfAsked() {
        if (stopRequested.getAsBoolean()) {
          throw new StoppedException();
        }
      }

      @Override
      public void info(String line) {
        console.info("%s", line);
      }

      @Override
      public void warn(String line) {
        console.warn("%s", line);
      }
    };
  }
}
