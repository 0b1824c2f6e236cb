package neox.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Fills arrays with shuffled numbers.
///
/// A shuffle jumps about in its array, which takes twice as long in a mapped file as in plain
/// memory; so it happens in memory where that is large enough.
final class ShuffledNumbers {
  /// Scratch memory is at most this part of the machine's.
  private static final long PART = 4;

  private final NumpyRandom random;
  private final BuildProgress progress;

  /// @param random goes on from one array to the next, as in NeoX
  ShuffledNumbers(NumpyRandom random, BuildProgress progress) {
    this.random = random;
    this.progress = progress;
  }

  /// Shuffles `first`, `first + 1`, …, which begin again after `period` numbers.
  ///
  /// @param name of the numbers, for the progress
  void fill(IntegerArray target, long first, long period, String name) {
    long bytes = target.memory().byteSize();
    if (!target.memory().isMapped() || bytes > IntegerArray.memorySize() / PART) {
      shuffle(target, first, period, name);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      IntegerArray scratch = IntegerArray.allocate(target.element(), target.length(), arena);
      shuffle(scratch, first, period, name);
      MemorySegment.copy(scratch.memory(), 0, target.memory(), 0, bytes);
    }
  }

  private void shuffle(IntegerArray array, long first, long period, String name) {
    array.fillRepeated(first, period);
    random.shuffle(array, progress, name);
  }
}
