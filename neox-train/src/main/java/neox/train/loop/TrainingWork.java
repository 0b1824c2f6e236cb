package neox.train.loop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Noise;
import neox.model.stage.NetworkStage;
import neox.tensor.Owner;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.train.data.BatchFeed;
import neox.train.data.MicroBatch;
import neox.train.objective.Loss;
import neox.train.objective.Objective;
import neox.train.objective.Reference;
import neox.train.objective.Scores;
import neox.train.optimizer.MicroBatchSums;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// The micro-batches of one optimizer step, or of one evaluation, as a pipeline stage works on
/// them.
///
/// Gradients are means over the micro-batches, so that norms and clipping do not depend on how a
/// batch is cut (docs/decisions/0002-gradients-are-means.md).
public final class TrainingWork implements NetworkStage.Work, AutoCloseable {
  private final BatchFeed feed;
  private final Objective objective;
  private final MicroBatchSums sums;
  private final Consumer<Begun> begun;
  private final IntFunction<Noise> noise;
  private final List<Tensor> losses = new ArrayList<>();
  private final Map<String, List<Tensor>> metrics = new LinkedHashMap<>();
  private final Owner owner = new Owner();
  private Span span = new Span(0, 0, 0);
  private List<Integer> order = List.of(); // the number of each micro-batch that is worked on
  private int done;
  private double factor = 1;

  private TrainingWork(
      BatchFeed feed,
      Objective objective,
      MicroBatchSums sums,
      Consumer<Begun> begun,
      IntFunction<Noise> noise) {
    this.feed = feed;
    this.objective = objective;
    this.sums = sums;
    this.begun = begun;
    this.noise = noise;
  }

  /// A micro-batch that has just been read.
  ///
  /// @param number since [#begin]
  /// @param ofData as the feed counts
  public record Begun(int number, long ofData, MicroBatch batch) {}

  /// Some micro-batches, one after the other.
  ///
  /// @param first of them, as the feed counts
  /// @param seqLength how many tokens of each sample are read
  public record Span(long first, int count, int seqLength) {}

  /// The work of optimizer steps.
  ///
  /// @param begun is told each micro-batch that is begun
  /// @param noise of a micro-batch, numbered since [#begin]
  public static TrainingWork ofTraining(
      BatchFeed feed,
      Objective objective,
      MicroBatchSums gradients,
      Consumer<Begun> begun,
      IntFunction<Noise> noise) {
    return new TrainingWork(feed, objective, gradients, begun, noise);
  }

  /// The work of evaluations.
  ///
  /// @param begun is told each micro-batch that is begun
  public static TrainingWork ofEvaluation(
      BatchFeed feed, Objective objective, Consumer<Begun> begun) {
    return new TrainingWork(feed, objective, MicroBatchSums.NONE, begun, _ -> Noise.ofProcess());
  }

  /// Prepares for the micro-batches of one optimizer step, or of one evaluation.
  public void begin(Span microBatches) {
    begin(microBatches, 1);
  }

  /// The same with gradients of a loss that is multiplied by a factor.
  public void begin(Span microBatches, double lossFactor) {
    span = microBatches;
    order = sums.order(microBatches.count());
    done = 0;
    factor = lossFactor;
    losses.clear();
    metrics.clear();
    objective.metrics().forEach(name -> metrics.put(name, new ArrayList<>()));
    owner.close();
  }

  /// Lets the objective's reference read the next micro-batches before the network does. All ranks
  /// call this together.
  public void readAhead(int count) {
    objective
        .reference()
        .ifPresent(reference ->
            reference.readAhead(
                new Reference.Ahead(
                    i -> feed.get(ofData(order.get(done + i)), span.seqLength()),
                    count,
                    span.seqLength())));
  }

  private long ofData(int number) {
    return span.first() + number;
  }

  /// Tokens of each sample that the micro-batches since [#begin] read.
  public int seqLength() {
    return span.seqLength();
  }

  /// Goes on with the micro-batches after the next `count`, which have been worked on.
  public void proceed(int count) {
    done += count;
  }

  /// The loss of each micro-batch since [#begin], by its number; 0 on stages that compute none.
  public double[] losses() {
    return numbers(losses);
  }

  /// What the objective reports of each besides, by name in its order; 0 on stages that compute no
  /// loss.
  public Map<String, double[]> metrics() {
    Map<String, double[]> numbers = new LinkedHashMap<>();
    metrics.forEach((name, values) -> numbers.put(name, numbers(values)));
    return numbers;
  }

  private double[] numbers(List<Tensor> scalars) {
    double[] numbers = new double[span.count()];
    if (scalars.isEmpty()) {
      return numbers;
    }
    try (var _ = Scope.open()) {
      float[] all =
          TensorData.floats(torch.stack(new TensorVector(scalars.toArray(Tensor[]::new))));
      for (int i = 0; i < all.length; i++) {
        numbers[order.get(i)] = all[i];
      }
      return numbers;
    }
  }

  @Override
  public NetworkStage.Item item(int microBatch) {
    int number = order.get(done + microBatch);
    MicroBatch batch = feed.get(ofData(number), span.seqLength());
    begun.accept(new Begun(number, ofData(number), batch));
    return new Item(batch, noise.apply(number));
  }

  /// One micro-batch on its way.
  private final class Item implements NetworkStage.Item {
    private final MicroBatch batch;
    private final Noise noise;

    Item(MicroBatch batch, Noise noise) {
      this.batch = batch;
      this.noise = noise;
    }

    @Override
    public Inputs inputs() {
      return batch.inputs().withNoise(noise);
    }

    @Override
    public Tensor output(Tensor hidden, Head head) {
      Scores scores = Scores.of(hidden, head).weightedAs(TrainingWork.this::scaled);
      Loss loss = objective.of(scores, batch);
      losses.add(owner.keep(loss.value().detach()));
      loss.metrics()
          .forEach((name, value) ->
              Objects.requireNonNull(metrics.get(name), name).add(owner.keep(value.detach())));
      int divisor = sums.divisor(span.count());
      return factor == 1
          ? loss.minimized().div(new Scalar(divisor))
          : loss.minimized().mul(new Scalar(factor / divisor));
    }
  }

  /// Weights of a mean as the gradient of log-likelihoods will be: float16 holds that one, but not
  /// every multiple of it, and what is known beforehand need not be multiplied afterwards.
  private Tensor scaled(Tensor weights) {
    return weights.mul(new Scalar(-factor / sums.divisor(span.count()))).div(weights.sum());
  }

  @Override
  public void afterBackward() {
    sums.accumulate();
  }

  @Override
  public void close() {
    owner.close();
  }
}
