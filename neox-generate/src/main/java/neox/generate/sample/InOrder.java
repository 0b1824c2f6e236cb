package neox.generate.sample;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Writes samples in the order of their numbers: one that is ready early waits. Mutable.
public final class InOrder {
  private final SampleWriter writer;
  private final Map<Long, String> waiting = new HashMap<>();
  private long next;

  public InOrder(SampleWriter writer) {
    this.writer = writer;
  }

  /// Writes a sample, or has it wait for those before it.
  ///
  /// @param number counted from 0, none left out
  public void write(long number, String sample) throws IOException {
    waiting.put(number, sample);
    for (String ready = waiting.remove(next); ready != null; ready = waiting.remove(next)) {
      writer.write(ready);
      next++;
    }
  }
}
