package neox.train;

import java.io.IOException;
import java.util.Optional;
import neox.base.Console;
import neox.config.ObjectiveConfig;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.train.objective.LanguageModeling;
import neox.train.objective.Objective;
import neox.train.objective.PreferenceOptimization;
import neox.train.objective.Reference;
import neox.train.objective.RewardModeling;
import neox.train.objective.TverskyOptimization;
import neox.weights.TensorStore;
import neox.weights.spec.NetworkSpec;

/// What a run minimizes, and the network that it compares with, which it owns.
record RunObjective(Objective objective, Optional<Network> reference) implements AutoCloseable {
  /// As configured; reads the reference where there is one.
  ///
  /// @param options of the reference
  static RunObjective of(Models models, int paddedVocab, NetworkOptions options, Console console)
      throws IOException {
    ObjectiveConfig config = models.loaded().config().objective();
    Optional<Network> reference =
        config.reference().isPresent()
            ? Optional.of(read(config.reference().get(), models, paddedVocab, options))
            : Optional.empty();
    config.reference().ifPresent(model -> console.info("compares with %s", model.directory()));
    return new RunObjective(objective(config, reference.map(Reference::of)), reference);
  }

  private static Objective objective(ObjectiveConfig config, Optional<Reference> reference) {
    return switch (config) {
      case ObjectiveConfig.LanguageModeling(double zLoss) -> new LanguageModeling(zLoss);
      case ObjectiveConfig.Dpo dpo -> new PreferenceOptimization(dpo.beta(), reference);
      case ObjectiveConfig.RewardModeling rm -> new RewardModeling(rm.zLoss());
      case ObjectiveConfig.Kto kto ->
          new TverskyOptimization(
              kto.beta(), kto.desirableWeight(), kto.undesirableWeight(), reference.orElseThrow());
    };
  }

  private static Network read(
      ObjectiveConfig.Reference model, Models models, int paddedVocab, NetworkOptions options)
      throws IOException {
    NetworkSpec spec = NetworkSpec.of(models.loaded().config().model(), paddedVocab);
    try (TensorStore store = models.open(model.directory(), model.iteration())) {
      return Network.of(store, spec, options);
    }
  }

  @Override
  public void close() {
    reference.ifPresent(Network::close);
  }
}
