package neox.train.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.NamedFiles;

/// The words that started this process: ranks run the same Java with the same options and classes.
public final class OwnCommand {
  private static final Path WORDS = Path.of("/proc/self/cmdline");

  /// The command that starts another process like this one.
  ///
  /// @param arguments what `main` was given here
  /// @param others what it is to be given there
  public static List<String> with(List<String> arguments, List<String> others) throws IOException {
    String line = new String(NamedFiles.readAllBytes(WORDS), StandardCharsets.UTF_8);
    return replaced(Arrays.asList(line.split("\0", -1)), arguments, others);
  }

  /// @param words as the kernel keeps them: the last ends like the others, so that nothing follows
  static List<String> replaced(List<String> words, List<String> arguments, List<String> others) {
    int end = words.getLast().isEmpty() ? words.size() - 1 : words.size();
    int own = end - arguments.size();
    if (own < 0 || !words.subList(own, end).equals(arguments)) {
      throw new IllegalStateException(
          "this process was not started with %s, but by %s".formatted(arguments, words));
    }
    List<String> command = new ArrayList<>(words.subList(0, own));
    command.addAll(others);
    return List.copyOf(command);
  }

  private OwnCommand() {}
}
