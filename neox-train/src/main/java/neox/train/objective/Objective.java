package neox.train.objective;

import java.util.List;
import java.util.Optional;
import neox.train.data.MicroBatch;

/// What training minimizes.
public sealed interface Objective
    permits LanguageModeling, PreferenceOptimization, RewardModeling, TverskyOptimization {
  /// The loss of one micro-batch.
  Loss of(Scores scores, MicroBatch batch);

  /// Names of what a loss reports besides, in their order; known on stages that compute none, too.
  List<String> metrics();

  /// The model that the trained one is compared with.
  default Optional<Reference> reference() {
    return Optional.empty();
  }

  /// What an evaluation measures.
  default Objective ofEvaluation() {
    return this;
  }
}
