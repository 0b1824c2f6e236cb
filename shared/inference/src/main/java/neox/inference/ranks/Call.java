package neox.inference.ranks;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import neox.inference.BatchSize;
import neox.inference.Decoding;
import neox.inference.Decoding.Memory;
import neox.inference.GenerationRequest;
import neox.inference.ScoreRequest;

/// What the first rank of a model tells all ranks, so that they do it together.
sealed interface Call {
  /// See [LanguageModel#score].
  record Scoring(List<ScoreRequest> requests, BatchSize batch) implements Call {}

  /// See [LanguageModel#generate]. Texts follow as they are asked for.
  ///
  /// @param eligible the ids that may be chosen
  record Generating(BitSet eligible, int maxLength, int batchSize, int tokensPerPass, Memory memory)
      implements Call {
    /// @param vocabulary how many ids there are
    static Generating of(Decoding decoding, int vocabulary) {
      BitSet eligible = new BitSet();
      for (int id = 0; id < vocabulary; id++) {
        eligible.set(id, decoding.eligible().test(id));
      }
      return new Generating(
          eligible,
          decoding.maxLength(),
          decoding.batchSize(),
          decoding.tokensPerPass(),
          decoding.memory());
    }

    Decoding decoding() {
      return new Decoding(eligible::get, maxLength, batchSize, tokensPerPass, memory);
    }
  }

  /// The next text that is to be continued, or that there is none now.
  record Text(Optional<GenerationRequest> request) implements Call {}

  /// What all are doing is given up.
  record GivenUp() implements Call {}

  /// Nothing more is asked.
  record End() implements Call {}
}
