package neox.preprocess;

import java.util.function.Supplier;
import neox.preprocess.encode.ChunkEncoder;
import neox.preprocess.encode.OrderedPipeline;

/// What each encoding thread does with a chunk, and how much memory all of them may take.
final class ChunkWorker implements OrderedPipeline.Worker<ChunkTask, ChunkResult> {
  private static final long MAX_BYTES_UNDER_WAY = 256L << 20;
  private static final int HEAP_SHARE = 4;
  private static final int BYTES_PER_TEXT_BYTE = 8; // it, its text, its tokens and their growth

  private final ChunkEncoder encoder;

  private ChunkWorker(ChunkEncoder encoder) {
    this.encoder = encoder;
  }

  /// Makes a worker for each thread.
  static Supplier<OrderedPipeline.Worker<ChunkTask, ChunkResult>> supplier(
      PreprocessPlan plan, Recipe recipe) {
    return () ->
        new ChunkWorker(
            new ChunkEncoder(plan.keys().size(), recipe.encoder().get(), plan.onError()));
  }

  /// How much may be under way: a quarter of the heap, but no more than is of use.
  static OrderedPipeline.Bounds<ChunkTask> bounds(int workers) {
    long bytes = Math.min(MAX_BYTES_UNDER_WAY, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    return new OrderedPipeline.Bounds<>(
        workers, bytes, task -> BYTES_PER_TEXT_BYTE * task.chunk().bytes());
  }

  @Override
  public ChunkResult apply(ChunkTask task) {
    return new ChunkResult(encoder.encode(task.chunk()), task.end());
  }
}
