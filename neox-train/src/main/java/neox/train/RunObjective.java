package neox.train;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.config.ObjectiveConfig;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.train.loop.Pipeline;
import neox.train.loop.StagedReference;
import neox.train.objective.LanguageModeling;
import neox.train.objective.Objective;
import neox.train.objective.PreferenceOptimization;
import neox.train.objective.Reference;
import neox.train.objective.RewardModeling;
import neox.train.objective.TverskyOptimization;
import neox.weights.TensorStore;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// What a run minimizes, and the network that it compares with, which it owns.
///
/// @param release frees that network
record RunObjective(Objective objective, Runnable release) implements AutoCloseable {
  /// As configured; reads the reference where there is one.
  ///
  /// @param options of the reference, which is cut into the same stages as the trained network
  /// @param pipeline of the run
  static RunObjective of(
      Models models, int paddedVocab, NetworkOptions options, Pipeline pipeline, Console console)
      throws IOException {
    ObjectiveConfig config = models.loaded().config().objective();
    if (config.reference().isEmpty()) {
      return new RunObjective(objective(config, Optional.empty()), () -> {});
    }
    return switch (config.reference().get()) {
      case ObjectiveConfig.Reference.Precomputed(String name) -> {
        console.info("compares with the log-probabilities of %s", name);
        yield new RunObjective(objective(config, Optional.of(Reference.precomputed())), () -> {});
      }
      case ObjectiveConfig.Reference.Model model ->
          compared(model, models, paddedVocab, options, pipeline, console);
    };
  }

  private static RunObjective compared(
      ObjectiveConfig.Reference.Model model,
      Models models,
      int paddedVocab,
      NetworkOptions options,
      Pipeline pipeline,
      Console console)
      throws IOException {
    ObjectiveConfig config = models.loaded().config().objective();
    NetworkSpec spec = NetworkSpec.of(models.loaded().config().model(), paddedVocab);
    List<LayerSpec> stage =
        spec.stages(models.loaded().config().parallel()).get(pipeline.ranks().pipe().rank());
    Network network = read(model, models, spec, stage, options);
    console.info("compares with %s", model.directory());
    if (pipeline.ranks().pipe().isAlone()) {
      return new RunObjective(
          objective(config, Optional.of(Reference.of(network))), network::close);
    }
    StagedReference reference = new StagedReference(network, pipeline);
    return new RunObjective(
        objective(config, Optional.of(reference)),
        () -> {
          reference.close();
          network.close();
        });
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
      ObjectiveConfig.Reference.Model model,
      Models models,
      NetworkSpec spec,
      List<LayerSpec> stage,
      NetworkOptions options)
      throws IOException {
    try (TensorStore store = models.open(model.directory(), model.iteration())) {
      return Network.of(store, spec, stage, options);
    }
  }

  @Override
  public void close() {
    release.run();
  }
}
