package neox.train.plan;

import neox.model.Head;
import neox.weights.spec.LayerSpec;

/// What the end of a network needs to tell how likely each label is: all logits at once, where they
/// are few and no rank shares the vocabulary, else some positions' at a time (`LogLikelihoods`).
///
/// With n positions, V rows of the vocabulary on this rank, e bytes of a weight:
///
///     whole    log-softmax 4·n·V, while it is made also logits, and later two gradients
///     chunked  gradients of the weights (4+e)·V·h and of the hidden states e·n·h; c logits at once
final class HeadBytes {
  private final PlannedRun run;
  private final Layout layout;

  HeadBytes(PlannedRun run, Layout layout) {
    this.run = run;
    this.layout = layout;
  }

  LayerBytes of(LayerSpec.Head head) {
    double element = run.elementBytes();
    double n = run.tokens(layout);
    double hidden = run.config().model().hiddenSize();
    double rows = (double) head.weight().shape().size(0) / layout.tensor();
    double wide = Float.BYTES + (run.isNarrow() ? element : 0);
    double weight = rows * hidden;
    double atOnce = Math.max(1, Math.floor(Head.LOGITS_AT_ONCE / rows));
    if (n <= atOnce && layout.tensor() == 1) {
      return new LayerBytes(0, n * rows * (2 * Float.BYTES + wide) + weight * element);
    }
    double chunk = Math.min(n, atOnce) * rows;
    double gradients = weight * wide + n * hidden * element;
    double product = run.isNarrow() ? weight * element : 0;
    return new LayerBytes(0, gradients + product + chunk * (wide + (run.isNarrow() ? element : 0)));
  }
}
