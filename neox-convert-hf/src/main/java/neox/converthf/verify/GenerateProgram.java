package neox.converthf.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.UserException;

/// `neox-generate`, which computes the checkpoint's side in a process of its own: this tool does
/// without libtorch.
///
/// @param path of the program
record GenerateProgram(Path path) {
  private static final String NAME = "neox-generate";

  /// The one beside this tool, or else on the PATH.
  static GenerateProgram find() {
    String own = System.getProperty("neox.program", "");
    Stream<Path> beside =
        own.isEmpty() ? Stream.of() : Stream.of(Path.of(own).resolveSibling(NAME));
    Stream<Path> onPath =
        Environment.get("PATH").stream()
            .flatMap(all -> Stream.of(all.split(":")))
            .map(directory -> Path.of(directory).resolve(NAME));
    return Stream.concat(beside, onPath)
        .filter(Files::isExecutable)
        .findFirst()
        .map(GenerateProgram::new)
        .orElseThrow(() ->
            new UserException(
                "verifying runs neox-generate, which is neither beside neox-convert-hf nor on the"
                    + " PATH"));
  }

  /// Runs `neox-generate logits` with these arguments; [UserException] with what it says when it
  /// refuses them.
  void logits(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(path.toString(), "logits", "-q"));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int code = process.waitFor();
      if (code == ExitCode.USAGE) {
        throw new UserException(lastLine(said));
      }
      if (code != ExitCode.OK) {
        throw new IOException("%s ended with exit code %d: %s".formatted(NAME, code, said));
      }
    } finally {
      process.destroy();
    }
  }

  private static String lastLine(String said) {
    Optional<String> last = said.lines().reduce((_, line) -> line);
    return last.orElse(NAME + " gave no reason");
  }
}
