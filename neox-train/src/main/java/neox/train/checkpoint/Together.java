package neox.train.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import neox.base.Tool;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Work on files that all ranks do together: where it fails on one, it fails on all, at once rather
/// than when the others have waited long enough. All ranks call each method together.
///
/// @param world all ranks
record Together(Communicator world) {
  private static final int MOST_LETTERS = 500;
  private static final Placement NUMBERS = Placement.cpu(ScalarType.Int);

  /// A rank's part of the work. If it talks with other ranks, it does so also after a disk has
  /// failed.
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /// One rank that does everything.
  static Together alone() {
    return new Together(Communicator.alone());
  }

  boolean isFirst() {
    return world.isFirst();
  }

  /// Does this rank's part and waits for the others to do theirs.
  ///
  /// @throws IOException on every rank where a disk fails one of them, with that one's reason
  void run(Work work) throws IOException {
    try {
      work.run();
    } catch (IOException e) {
      agree(Optional.of(Tool.describe(e)));
      throw e;
    } catch (UncheckedIOException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      agree(Optional.of(Tool.describe(cause)));
      throw cause;
    }
    Optional<String> failure = agree(Optional.empty());
    if (failure.isPresent()) {
      throw new IOException(failure.get());
    }
  }

  /// The reason of the first rank that has one; the same on every rank.
  private Optional<String> agree(Optional<String> mine) {
    if (world.isAlone()) {
      return mine;
    }
    try (var _ = Scope.open()) {
      int fromTheEnd = world.size() - world.rank();
      Tensor first = NUMBERS.full(mine.isPresent() ? fromTheEnd : 0, 1);
      world.allReduce(first, Reduction.MAX);
      return first.item_int() == 0
          ? Optional.empty()
          : Optional.of(told(mine, world.size() - first.item_int()));
    }
  }

  /// What that rank says.
  private String told(Optional<String> mine, int rank) {
    int[] letters = new int[MOST_LETTERS];
    int[] text = mine.orElse("").codePoints().limit(MOST_LETTERS).toArray();
    System.arraycopy(text, 0, letters, 0, text.length);
    Tensor message = NUMBERS.ids(new int[][] {letters});
    world.broadcast(message, rank);
    StringBuilder told = new StringBuilder("rank " + rank + ": ");
    for (long letter : TensorData.longs(message)) {
      if (letter != 0) {
        told.appendCodePoint(Math.toIntExact(letter));
      }
    }
    return told.toString();
  }
}
