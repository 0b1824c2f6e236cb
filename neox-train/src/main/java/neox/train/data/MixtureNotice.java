package neox.train.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.data.TokenSamples;
import neox.data.ledger.Ledger;
import neox.train.checkpoint.TrainState;

/// What a run says that goes on with another mixture: a line for each dataset, where it goes on.
final class MixtureNotice {
  /// Nothing where the mixture is the same as before.
  static List<String> of(Ledger ledger, TrainState state, TokenSamples samples) {
    long sample = state.samples();
    Ledger.Phase phase = ledger.before(sample + 1).phases().getLast();
    if (phase.firstSample() != sample) {
      return List.of();
    }
    long[] read = samples.taken(sample);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "the mixture of the training data changes with sample %,d: each dataset goes on after"
                + " what was read of it",
            sample));
    for (int m = 0; m < phase.members().size(); m++) {
      int dataset = phase.members().get(m);
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s: weight %.5f, goes on with its sample %,d",
              ledger.datasets().get(dataset).path(),
              phase.weights().get(m),
              read[dataset]));
    }
    return lines;
  }

  private MixtureNotice() {}
}
