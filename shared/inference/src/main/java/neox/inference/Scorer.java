package neox.inference;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import neox.config.model.ModelConfig;
import neox.model.Network;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;

/// Scores texts with a network: on a CPU with as many readers as there are threads, each of which
/// computes alone, for the products of texts are too small to be shared.
///
/// A score is a constant, to the bit: a token's hidden state depends on its text up to it, not on
/// the batch, the order of the requests, where prefixes were shared, or the threads
/// (docs/decisions/0035).
final class Scorer {
  /// Logits of one product, in elements: 32 MiB in float32.
  private static final int LOGITS_AT_ONCE = 1 << 23;

  private static final int POSITIONS_MULTIPLE = 64;

  /// Activations of a token that are in memory at once, in hidden sizes.
  private static final int ACTIVATIONS = 24;

  private final Network network;
  private final BatchSize batch;

  Scorer(Network network, BatchSize batch) {
    this.network = network;
    this.batch = batch;
  }

  /// @param check throws for requests that cannot be answered
  void score(Iterator<ScoreRequest> requests, Consumer<ScoreRequest> check, ScoreSink sink) {
    TextQueue queue = new TextQueue(requests, check, sink);
    int readers = readers();
    if (readers == 1) {
      read(queue);
    } else {
      NativeRuntime.withThreads(1, () -> readTogether(queue, readers));
    }
  }

  private void read(TextQueue queue) {
    try (TreeReader reader = new TreeReader(network, batch.orElse(TreeReader.PASS), positions())) {
      List<ScoredText> texts = queue.take(TreeReader.PASS);
      while (!texts.isEmpty()) {
        texts.forEach(reader::read);
        texts = queue.take(TreeReader.PASS);
      }
      reader.finish();
    }
  }

  private int positions() {
    int fits = LOGITS_AT_ONCE / network.spec().paddedVocab() / POSITIONS_MULTIPLE;
    return Math.clamp(fits, 1, TreeReader.PASS / POSITIONS_MULTIPLE) * POSITIONS_MULTIPLE;
  }

  private void readTogether(TextQueue queue, int readers) {
    try (ExecutorService pool =
        Executors.newFixedThreadPool(readers, Thread.ofPlatform().name("score-", 1).factory())) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        all.add(pool.submit(() -> readOrStop(queue)));
      }
      for (Future<?> each : all) {
        join(each, queue);
      }
    }
  }

  private void readOrStop(TextQueue queue) {
    boolean complete = false;
    try {
      read(queue);
      complete = true;
    } finally {
      if (!complete) {
        queue.stop();
      }
    }
  }

  private static void join(Future<?> reader, TextQueue queue) {
    try {
      reader.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException problem -> throw problem;
        case Error problem -> throw problem;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      queue.stop();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while scoring", e);
    }
  }

  /// Where ranks compute together, all of them must do the same, one thing after the other.
  private int readers() {
    if (!(network.placement().device() instanceof Device.Cpu) || !network.isAlone()) {
      return 1;
    }
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long fit = system.getTotalMemorySize() / 4 / bytesOfReader();
    return Math.clamp(fit, 1, NativeRuntime.threads());
  }

  /// What a reader holds at most: the keys and values of the longest text, a pass, and logits.
  private long bytesOfReader() {
    ModelConfig config = network.spec().config();
    long keysAndValues = 2L * config.layers() * config.kvHeads() * config.headDim();
    long ofPath = keysAndValues * config.longest();
    long ofPass = (long) ACTIVATIONS * TreeReader.PASS * config.hiddenSize();
    return Float.BYTES * (ofPath + ofPass + 3L * LOGITS_AT_ONCE);
  }
}
