package neox.train.objective;

import neox.train.data.MicroBatch;

/// What training minimizes.
public sealed interface Objective
    permits LanguageModeling, PreferenceOptimization, RewardModeling, TverskyOptimization {
  /// The loss of one micro-batch.
  Loss of(Scores scores, MicroBatch batch);

  /// What an evaluation measures.
  default Objective ofEvaluation() {
    return this;
  }
}
