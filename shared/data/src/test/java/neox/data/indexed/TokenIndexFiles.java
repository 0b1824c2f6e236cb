package neox.data.indexed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/// Index files for tests of other packages.
public final class TokenIndexFiles {
  /// An index as `--dataset-impl cached` writes it, and its tokens.
  public static Path cached(Path prefix, int... sizes) throws IOException {
    return TokenIndexTest.cached(prefix, sizes);
  }

  /// The sizes that an index tells.
  public static Optional<List<Integer>> sizes(Path prefix) throws IOException {
    try (TokenIndex index = TokenIndex.open(prefix)) {
      return Optional.of(LongStream.range(0, index.items()).mapToObj(index::size).toList());
    }
  }

  private TokenIndexFiles() {}
}
