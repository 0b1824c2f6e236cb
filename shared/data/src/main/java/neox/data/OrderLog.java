package neox.data;

import neox.base.Console;

/// Who is told about the making of orders.
@FunctionalInterface
public interface OrderLog {
  /// How far a long build is, and what else is worth a line.
  void info(String line);

  /// What somebody should look after.
  default void warn(String line) {
    info("warning: " + line);
  }

  /// The person before a console.
  static OrderLog of(Console console) {
    return new OrderLog() {
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
