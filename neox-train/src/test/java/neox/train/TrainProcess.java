package neox.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// neox-train as a process of its own.
final class TrainProcess {
  /// The words that start it.
  static List<String> command(List<String> arguments) {
    return command(TrainCommand.class, arguments);
  }

  /// The words that start a class with this module's class path.
  static List<String> command(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1", // starts sooner
            "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  private TrainProcess() {}
}
