package neox.converthf.tools;

import java.util.List;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.config.model.Architecture;
import neox.weights.LazyTensor;
import neox.weights.Summed;
import neox.weights.neox.NeoxCheckpoint;

/// A weighted average of checkpoints of one network, summed up in float64 and rounded once, to the
/// type of the latest.
///
/// @param sources oldest first
record Averaging(List<OriginalCheckpoint> sources, List<Double> weights) {
  Averaging {
    sources = List.copyOf(sources);
    weights = List.copyOf(weights);
  }

  /// [UserException] when they are not the same network.
  void requireOneNetwork() {
    OriginalCheckpoint last = sources.getLast();
    NeoxCheckpoint expected = last.checkpoint();
    Architecture architecture = Architecture.of(expected.config());
    for (OriginalCheckpoint source : sources) {
      NeoxCheckpoint found = source.checkpoint();
      boolean same =
          Architecture.of(found.config()).equals(architecture)
              && found.paddedVocab() == expected.paddedVocab()
              && found.names().equals(expected.names());
      if (!same) {
        throw UserException.of(
            "%s: is of another network than %s (neox-convert-hf diff says how they differ);"
                + " expected checkpoints of one run",
            source.directory(), last.directory());
      }
    }
  }

  /// The average of one parameter: a sum that is taken while it is written.
  LazyTensor of(String key) {
    LazyTensor last = sources.getLast().checkpoint().tensor(key);
    List<Summed.Term> terms =
        IntStream.range(0, sources.size())
            .mapToObj(i -> new Summed.Term(sources.get(i).checkpoint().tensor(key), weights.get(i)))
            .toList();
    return new LazyTensor(last.dtype(), last.shape(), new Summed(last.dtype(), terms, 1));
  }

  /// How much each counts, in words.
  String describe() {
    return String.join(
        ", ",
        IntStream.range(0, sources.size())
            .mapToObj(i ->
                "%.4g x %s".formatted(weights.get(i), sources.get(i).directory().getFileName()))
            .toList());
  }
}
