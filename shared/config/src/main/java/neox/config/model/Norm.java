package neox.config.model;

import java.util.Map;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// The normalization layer (`norm`), with the epsilon that goes with it.
public sealed interface Norm {
  double epsilon();

  /// arXiv:1607.06450, with scale and shift (`layernorm_epsilon`).
  record LayerNorm(double epsilon) implements Norm {}

  /// arXiv:1910.07467, with a scale (`rms_norm_epsilon`).
  record RmsNorm(double epsilon) implements Norm {}

  /// arXiv:1910.05895 §2.3: one number for the length of all vectors (`scalenorm_epsilon`).
  record ScaleNorm(double epsilon) implements Norm {}

  /// A layer norm without parameters (arXiv:2402.00838 §2.1; `layernorm_epsilon`).
  record NonParametricLayerNorm(double epsilon) implements Norm {}

  /// The words of `norm`.
  enum Name {
    LAYERNORM,
    RMSNORM,
    NON_PARAMETRIC_LAYERNORM,
    SCALENORM
  }

  /// The word that a configuration says this with.
  default Name name() {
    return switch (this) {
      case LayerNorm _ -> Name.LAYERNORM;
      case RmsNorm _ -> Name.RMSNORM;
      case ScaleNorm _ -> Name.SCALENORM;
      case NonParametricLayerNorm _ -> Name.NON_PARAMETRIC_LAYERNORM;
    };
  }

  static Norm from(ConfigTable t) {
    String transformerEngine = "it is a TransformerEngine kernel; write it without te_";
    Name name =
        t.choice(
            "norm",
            Name.LAYERNORM,
            Map.of("te_layernorm", transformerEngine, "te_rmsnorm", transformerEngine),
            "normalization layer");
    double layer = t.real("layernorm_epsilon", 1e-5, Range.POSITIVE, "epsilon of layernorm");
    double rms = t.real("rms_norm_epsilon", 1e-8, Range.POSITIVE, "epsilon of rmsnorm");
    double scale = t.real("scalenorm_epsilon", 1e-8, Range.POSITIVE, "epsilon of scalenorm");
    return switch (name) {
      case LAYERNORM -> new LayerNorm(layer);
      case RMSNORM -> new RmsNorm(rms);
      case SCALENORM -> new ScaleNorm(scale);
      case NON_PARAMETRIC_LAYERNORM -> new NonParametricLayerNorm(layer);
    };
  }
}
