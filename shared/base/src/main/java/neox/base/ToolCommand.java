package neox.base;

import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

/// A picocli command that does its work when called and returns an [ExitCode].
///
/// Commands write data to `console.out()`, everything else to `console.err()`, and never touch
/// `System.in`, `System.out` or `System.exit`, so that tests call them in-process.
public interface ToolCommand {
  int call(Console console) throws Exception;

  /// The arguments that others stand for: a file of options becomes its options. Asked once, before
  /// anything is parsed.
  default String[] expand(String[] args) throws IOException {
    return args;
  }

  /// The commands that stand under this one, by name. Unlike those of picocli's annotation they are
  /// made only when the arguments may name one: to look at the options of six takes 0.05 s.
  default Map<String, Supplier<ToolCommand>> subcommands() {
    return Map.of();
  }
}
