package neox.inference.ranks;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import neox.base.UserException;
import neox.inference.BatchSize;
import neox.inference.Decoding;
import neox.inference.GenerationSink;
import neox.inference.LanguageModel;
import neox.inference.NetworkLanguageModel;
import neox.inference.RequestSource;
import neox.inference.Score;
import neox.inference.ScoreRequest;
import neox.inference.ScoreSink;
import neox.inference.ranks.Call.End;
import neox.inference.ranks.Call.Generating;
import neox.inference.ranks.Call.GivenUp;
import neox.inference.ranks.Call.Scoring;
import neox.inference.ranks.Call.Text;
import neox.inference.ranks.Lockstep.GivenUpException;
import neox.model.Network;
import neox.parallel.Ranks;
import neox.parallel.comm.Communicator;

/// A model that several ranks compute with together. The first is asked, and tells the others what
/// (see [#follow]). From then on all do the same with the same inputs and hear the same numbers, so
/// that they come to the same.
///
/// Where a rank fails, those that wait for it throw [neox.parallel.comm.CommunicationException].
public final class RankedModel implements LanguageModel {
  private static final int FIRST = 0;

  /// Requests that are told, and answered, together.
  private static final int BLOCK = 1024;

  private final NetworkLanguageModel own; // computes with this rank's part of the network
  private final Communicator world;
  private final SharedScoring scoring;
  private final Runnable progress;

  /// What replicas of the network do with requests to be scored.
  public enum Deal {
    /// Each answers some of them.
    TO_ALL,
    /// Each answers all of them: where replicas share their weights, they pass together.
    TO_EACH
  }

  private RankedModel(NetworkLanguageModel own, Ranks ranks, Deal deal, Runnable progress) {
    this.own = own;
    this.progress = progress;
    this.world = ranks.world();
    this.scoring =
        new SharedScoring(
            own,
            ranks.pipe(),
            switch (deal) {
              case TO_ALL -> ranks.data();
              case TO_EACH -> Communicator.alone();
            });
  }

  /// This rank's end of a model.
  ///
  /// @param network this rank's part, which stays the caller's
  /// @param progress run now and then while this rank computes
  public static RankedModel of(Network network, Ranks ranks, Deal deal, Runnable progress) {
    return new RankedModel(
        new NetworkLanguageModel(network.ofWholeSequences()), ranks, deal, progress);
  }

  /// The same of replicas that share the requests.
  ///
  /// @param name what messages call the model, such as its file
  static RankedModel named(String name, Network network, Ranks ranks) {
    return new RankedModel(
        new NetworkLanguageModel(network.ofWholeSequences(), name), ranks, Deal.TO_ALL, () -> {});
  }

  /// What a rank that is not the first does: takes part in what is asked until that ends.
  public void follow() {
    while (true) {
      switch (CallBytes.read(world.broadcast(new byte[0], FIRST))) {
        case Scoring call -> score(call);
        case Generating call -> follow(call);
        case GivenUp _ -> {}
        case End _ -> {
          return;
        }
        case Text _ -> throw new IllegalStateException("no texts are being continued");
      }
    }
  }

  private void follow(Generating call) {
    Lockstep.Following lockstep = new Lockstep.Following(world, progress);
    try {
      own.generate(lockstep, call.decoding(), lockstep);
    } catch (GivenUpException | UserException e) {
      // The first rank says why: logits that are no numbers are so on all ranks, at the same token.
    }
  }

  @Override
  public List<Score> score(List<ScoreRequest> requests, int batchSize) {
    requests.forEach(own::check);
    return LanguageModel.scoreSorted(this, requests, batchSize);
  }

  @Override
  public void score(Iterator<ScoreRequest> requests, BatchSize batch, ScoreSink sink) {
    int done = 0;
    while (requests.hasNext()) {
      List<ScoreRequest> block = new ArrayList<>();
      while (block.size() < BLOCK && requests.hasNext()) {
        ScoreRequest request = requests.next();
        own.check(request);
        block.add(request);
      }
      Scoring call = new Scoring(block, batch);
      tell(call);
      for (Score score : score(call)) {
        sink.scored(done++, score);
      }
    }
  }

  private List<Score> score(Scoring call) {
    progress.run();
    return scoring.score(call);
  }

  @Override
  public void generate(RequestSource requests, Decoding decoding, GenerationSink sink) {
    tell(Generating.of(decoding, vocabSize()));
    RequestSource checked = requests.checked(request -> own.check(request, decoding));
    Lockstep.Leading lockstep = new Lockstep.Leading(world, progress, checked, sink);
    own.generate(lockstep, decoding, lockstep);
    lockstep.end();
  }

  private void tell(Call call) {
    world.broadcast(CallBytes.of(call), FIRST);
  }

  @Override
  public int vocabSize() {
    return own.vocabSize();
  }

  @Override
  public int maxLength() {
    return own.maxLength();
  }

  /// On the first rank, ends what the others do.
  @Override
  public void close() {
    try {
      if (world.isFirst()) {
        tell(new End());
      }
    } finally {
      own.close();
    }
  }
}
