package neox.weights.hf;

import java.util.Optional;
import neox.config.model.Activation;
import neox.config.model.MlpConfig;

/// The names under which `config.json` has an activation (`hidden_act`, transformers' `ACT2FN`).
final class HiddenAct {
  static final String KEY = "hidden_act";

  /// An activation without a gate.
  ///
  /// @param tanhGelu see [MlpConfig]
  record Plain(Activation activation, boolean tanhGelu) {}

  private static final Plain GELU = new Plain(Activation.GELU, false);

  /// What transformers calls it; empty where it has no such activation without a gate.
  static Optional<String> name(MlpConfig mlp) {
    return switch (mlp.activation()) {
      case GELU -> Optional.of(mlp.tanhGelu() ? "gelu_fast" : "gelu");
      case RELU -> Optional.of("relu");
      case SILU -> Optional.of("silu");
      case SWISH -> Optional.of("swish");
      case MISH -> Optional.of("mish");
      case SOFTSIGN, GEGLU, REGLU, SWIGLU, BILINEAR, GLU -> Optional.empty();
    };
  }

  /// The one of a `config.json`; a name that NeoX has nothing for is reported.
  static Plain read(HfJson json) {
    String name = json.text(KEY, "gelu");
    return switch (name) {
      case "gelu", "gelu_python" -> GELU;
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate" ->
          new Plain(Activation.GELU, true);
      case "relu" -> new Plain(Activation.RELU, false);
      case "silu" -> new Plain(Activation.SILU, false);
      case "swish" -> new Plain(Activation.SWISH, false);
      case "mish" -> new Plain(Activation.MISH, false);
      default -> {
        json.problem(
            "%s '%s' is not supported; expected gelu, gelu_new, gelu_fast, gelu_pytorch_tanh,"
                + " relu, silu, swish or mish",
            KEY, name);
        yield GELU;
      }
    };
  }

  private HiddenAct() {}
}
