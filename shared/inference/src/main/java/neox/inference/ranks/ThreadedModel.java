package neox.inference.ranks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import neox.inference.BatchSize;
import neox.inference.Decoding;
import neox.inference.GenerationSink;
import neox.inference.LanguageModel;
import neox.inference.RequestSource;
import neox.inference.Score;
import neox.inference.ScoreRequest;
import neox.inference.ScoreSink;
import neox.model.Network;
import neox.parallel.RankThreads;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.CommunicationException;
import neox.tensor.NativeRuntime;
import org.jspecify.annotations.Nullable;

/// A model whose ranks are threads of this process. The failure of one ends what is asked of all,
/// and is thrown as it is.
public final class ThreadedModel implements LanguageModel {
  private final RankThreads threads;
  private final Network network;
  private final RankedModel model;

  private ThreadedModel(RankThreads threads, Network network, String name) {
    this.threads = threads;
    this.network = network;
    this.model = RankedModel.named(name, network, threads.first());
  }

  /// Opens one rank's part of a network.
  @FunctionalInterface
  public interface Part {
    Network open(Ranks ranks) throws IOException;
  }

  /// Returns when all ranks have opened their parts. They share the CPU threads of this process.
  ///
  /// @param name what messages call the model, such as its file
  public static ThreadedModel start(Topology topology, String name, Part part) throws IOException {
    NativeRuntime.share(topology.worldSize());
    RankThreads threads = RankThreads.start(topology, ranks -> follow(part, name, ranks));
    @Nullable Network network = null;
    boolean complete = false;
    try {
      network = part.open(threads.first());
      together(threads, () -> threads.first().world().barrier());
      complete = true;
      return new ThreadedModel(threads, network, name);
    } finally {
      if (!complete) {
        threads.close();
        if (network != null) {
          network.close();
        }
      }
    }
  }

  private static void follow(Part part, String name, Ranks ranks) throws IOException {
    try (Network network = part.open(ranks);
        RankedModel model = RankedModel.named(name, network, ranks)) {
      ranks.world().barrier();
      model.follow();
    }
  }

  @Override
  public int vocabSize() {
    return model.vocabSize();
  }

  @Override
  public int maxLength() {
    return model.maxLength();
  }

  @Override
  public List<Score> score(List<ScoreRequest> requests, int batchSize) {
    List<Score> scores = new ArrayList<>();
    together(threads, () -> scores.addAll(model.score(requests, batchSize)));
    return scores;
  }

  @Override
  public void score(Iterator<ScoreRequest> requests, BatchSize batch, ScoreSink sink) {
    together(threads, () -> model.score(requests, batch, sink));
  }

  @Override
  public void generate(RequestSource requests, Decoding decoding, GenerationSink sink) {
    together(threads, () -> model.generate(requests, decoding, sink));
  }

  private static void together(RankThreads threads, Runnable work) {
    try {
      work.run();
    } catch (CommunicationException e) {
      throw threads.failure().map(ThreadedModel::unchecked).orElse(e);
    }
  }

  private static RuntimeException unchecked(Throwable failure) {
    return switch (failure) {
      case RuntimeException e -> e;
      case IOException e -> new UncheckedIOException(e);
      case Error e -> throw e;
      default -> new IllegalStateException(failure);
    };
  }

  @Override
  public void close() {
    try {
      together(threads, model::close);
    } finally {
      threads.close();
      network.close();
    }
  }
}
