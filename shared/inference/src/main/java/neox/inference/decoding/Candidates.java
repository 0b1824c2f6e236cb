package neox.inference.decoding;

import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.model.Network;
import neox.tensor.Owner;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// The rows of a vocabulary that may be chosen from. Rows beyond the tokenizer's, which pad it to a
/// round number, and ids that stand for nothing have logits like all others, but no text.
///
/// @param hidden `[V]`, true where a row may not be chosen; empty when all may
public record Candidates(Owner owner, Optional<Tensor> hidden) implements AutoCloseable {

  public static Candidates of(Network network, IntPredicate eligible) {
    int rows = network.spec().paddedVocab();
    long[] ineligible = IntStream.range(0, rows).filter(eligible.negate()).asLongStream().toArray();
    if (ineligible.length == rows) {
      throw new UserException("the model has no row for any token of the tokenizer");
    }
    Owner owner = new Owner();
    if (ineligible.length == 0) {
      return new Candidates(owner, Optional.empty());
    }
    try (var _ = Scope.open()) {
      Tensor places = network.placement().indices(ineligible);
      Tensor hidden =
          network.placement().zeros(rows).index_fill(0, places, new Scalar(1)).gt(new Scalar(0));
      return new Candidates(owner, Optional.of(owner.keep(hidden)));
    }
  }

  /// Puts -∞ into the logits `[rows, V]` of what may not be chosen, and returns them.
  public Tensor among(Tensor logits) {
    return hidden
        .map(mask -> logits.masked_fill_(mask, new Scalar(Double.NEGATIVE_INFINITY)))
        .orElse(logits);
  }

  @Override
  public void close() {
    owner.close();
  }
}
