package neox.evaluation.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import neox.python.PythonRandom;

/// Standard errors by resampling with replacement (Efron 1979), in chunks with a generator of their
/// own: the numbers do not depend on how many threads work.
///
/// @param iterations resamples in all; 0 switches standard errors off
/// @param threads how many work at a time
public record Bootstrap(int iterations, int threads) {
  /// Chunk `i` draws its resamples from `Random(i)`.
  private static final int CHUNK = 1000;

  public Bootstrap {
    if (iterations < 0 || threads < 1) {
      throw new IllegalArgumentException(iterations + " iterations on " + threads + " threads");
    }
  }

  /// On all cores.
  public static Bootstrap of(int iterations) {
    return new Bootstrap(iterations, Runtime.getRuntime().availableProcessors());
  }

  /// With no more than so many resamples.
  Bootstrap atMost(int limit) {
    return new Bootstrap(Math.min(iterations, limit), threads);
  }

  /// The deviation of the figure over all resamples of `count` documents.
  double standardError(Statistic statistic, int count) throws InterruptedException {
    int chunk = Math.min(CHUNK, iterations);
    double[] resampled = new double[iterations / chunk * chunk];
    List<Callable<Void>> work = new ArrayList<>();
    for (int i = 0; i < resampled.length / chunk; i++) {
      int index = i;
      work.add(() -> {
        resample(statistic, count, index, resampled, chunk);
        return null;
      });
    }
    runAll(work);
    return Numbers.deviation(resampled);
  }

  /// Fills the part of `out` that belongs to the chunk.
  private static void resample(
      Statistic statistic, int count, int chunkIndex, double[] out, int chunk) {
    PythonRandom random = new PythonRandom(chunkIndex);
    int[] drawn = new int[count];
    for (int i = 0; i < chunk; i++) {
      random.choices(count, drawn);
      out[chunkIndex * chunk + i] = statistic.of(drawn);
    }
  }

  private void runAll(List<Callable<Void>> work) throws InterruptedException {
    var factory = Thread.ofPlatform().name("bootstrap-", 0).daemon().factory();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads, factory)) {
      for (Future<Void> done : pool.invokeAll(work)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a resample failed", e.getCause());
    }
  }
}
