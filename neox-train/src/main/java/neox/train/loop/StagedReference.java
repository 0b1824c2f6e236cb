package neox.train.loop;

import java.util.ArrayDeque;
import java.util.Deque;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Mode;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.Scope;
import neox.train.data.MicroBatch;
import neox.train.objective.Reference;
import org.bytedeco.pytorch.Tensor;

/// A reference that is cut into the same pipeline stages as the trained network. It reads the
/// micro-batches of a step before that one does; the last stage remembers what it says of them,
/// `[b, s]` each, until it is asked. Not thread-safe.
public final class StagedReference implements Reference, AutoCloseable {
  private final Network network;
  private final Pipeline pipeline;
  private final Deque<Tensor> said = new ArrayDeque<>();

  /// @param network this rank's stage of it, which stays its owner's
  public StagedReference(Network network, Pipeline pipeline) {
    this.network = network;
    this.pipeline = pipeline;
  }

  @Override
  public void readAhead(Ahead ahead) {
    close();
    NetworkStage stage =
        new NetworkStage(network, i -> new Item(ahead.batches().apply(i)), Mode.EVALUATION);
    pipeline.runner(stage, ahead::seqLength).run(pipeline.forwardOnly(ahead.count()));
  }

  @Override
  public Tensor logLikelihoods(MicroBatch batch) {
    if (said.isEmpty()) {
      throw new IllegalStateException("the reference has not read this micro-batch");
    }
    return Scope.adopt(said.removeFirst());
  }

  /// A micro-batch on its way through the reference.
  private final class Item implements NetworkStage.Item {
    private final MicroBatch batch;

    Item(MicroBatch batch) {
      this.batch = batch;
    }

    @Override
    public Inputs inputs() {
      return batch.inputs();
    }

    @Override
    public Tensor output(Tensor hidden, Head head) {
      Tensor logLikelihoods = head.logLikelihoods(hidden, batch.labels());
      said.add(Scope.keep(logLikelihoods.clone()));
      return logLikelihoods;
    }
  }

  @Override
  public void close() {
    said.forEach(Scope::release);
    said.clear();
  }
}
