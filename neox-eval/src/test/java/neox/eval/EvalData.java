package neox.eval;

import java.nio.file.Path;

/// The data sets that the real harness was recorded with.
final class EvalData {
  private static final Path GOLDEN =
      Path.of("../shared/evaluation/src/test/resources/golden/eval").toAbsolutePath().normalize();

  static Path path(String name) {
    return GOLDEN.resolve(name);
  }

  private EvalData() {}
}
