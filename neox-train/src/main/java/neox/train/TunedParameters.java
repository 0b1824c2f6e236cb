package neox.train;

import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.TuningConfig;
import neox.weights.Shape;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// What a run trains of its network, where that is not all of it.
record TunedParameters(NetworkSpec spec, LoadedConfig loaded) {

  /// [UserException] where the configuration freezes what is not there, or leaves nothing to train.
  void check() {
    List<ParameterSpec> parameters = spec.parameters();
    for (String glob : tuning().frozen()) {
      if (parameters.stream().noneMatch(parameter -> isMeant(glob, parameter))) {
        throw UserException.of(
            "%s: %s: no parameter of this network is called %s; names are such as %s and %s",
            loaded.origin(TuningConfig.FREEZE),
            TuningConfig.FREEZE,
            glob,
            parameters.getFirst().key(),
            parameters.getLast().key());
      }
    }
    if (trained().isEmpty()) {
      String key = tuning().biasesOnly() ? TuningConfig.BIASES_ONLY : TuningConfig.FREEZE;
      throw UserException.of(
          "%s: %s: nothing of this network is left to train; train more of it",
          loaded.origin(key), key);
    }
  }

  private static boolean isMeant(String glob, ParameterSpec parameter) {
    return parameter.homes().stream().anyMatch(home -> TuningConfig.matches(glob, home.key()));
  }

  /// What is trained, in a line; empty where that is everything.
  Optional<String> describe() {
    List<ParameterSpec> trained = trained();
    if (trained.size() == spec.parameters().size()) {
      return Optional.empty();
    }
    long numbers = trained.stream().map(ParameterSpec::shape).mapToLong(Shape::count).sum();
    return Optional.of(
        "training %,d of %,d params, in %,d of %,d tensors; the others stay as they are"
            .formatted(numbers, spec.parameterCount(), trained.size(), spec.parameters().size()));
  }

  private List<ParameterSpec> trained() {
    return spec.parameters().stream().filter(ParameterSpec::trainable).toList();
  }

  private TuningConfig tuning() {
    return loaded.config().tuning();
  }
}
