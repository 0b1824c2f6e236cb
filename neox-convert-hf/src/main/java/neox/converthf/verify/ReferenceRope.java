package neox.converthf.verify;

import com.fasterxml.jackson.databind.JsonNode;
import neox.base.UserException;

/// Rotary positions as transformers computes them.
final class ReferenceRope {
  /// By which a pair of dims turns at each position, `[dims / 2]`.
  private final double[] frequencies;

  /// Of cos and sin.
  private final double factor;

  private ReferenceRope(double[] frequencies, double factor) {
    this.frequencies = frequencies;
    this.factor = factor;
  }

  /// @param config the whole `config.json`
  /// @param headDim dims of a head, of which a part is turned
  static ReferenceRope of(JsonNode config, int headDim) {
    boolean neox = config.path("model_type").asText().equals("gpt_neox");
    JsonNode settings = config.path("rope_scaling");
    if (!settings.isObject()) {
      settings = config.path("rope_parameters");
    }
    double theta =
        settings
            .path("rope_theta")
            .asDouble(config.path(neox ? "rotary_emb_base" : "rope_theta").asDouble(10_000));
    double part =
        neox
            ? settings
                .path("partial_rotary_factor")
                .asDouble(config.path("rotary_pct").asDouble(0.25))
            : 1;
    double[] frequencies = new double[(int) (headDim * part) / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -(double) i / frequencies.length);
    }
    return scaled(settings, theta, frequencies);
  }

  private static ReferenceRope scaled(JsonNode settings, double theta, double[] frequencies) {
    String type = settings.path("rope_type").asText(settings.path("type").asText("default"));
    double factor = settings.path("factor").asDouble(1);
    return switch (type) {
      case "default" -> new ReferenceRope(frequencies, 1);
      case "linear" -> {
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] /= factor;
        }
        yield new ReferenceRope(frequencies, 1);
      }
      case "yarn" -> yarn(settings, theta, frequencies);
      case "llama3" -> llama3(settings, frequencies);
      default -> throw UserException.of("rope_type %s: cannot be verified", type);
    };
  }

  /// arXiv:2309.00071 §3.2.
  private static ReferenceRope yarn(JsonNode settings, double theta, double[] frequencies) {
    double factor = settings.path("factor").asDouble();
    double positions = settings.path("original_max_position_embeddings").asDouble();
    double fast = turnsAt(settings.path("beta_fast").asDouble(32), positions, theta);
    double slow = turnsAt(settings.path("beta_slow").asDouble(1), positions, theta);
    int half = frequencies.length;
    double low = Math.max(Math.floor(2 * half * fast), 0);
    double high = Math.min(Math.ceil(2 * half * slow), 2 * half - 1);
    double width = low == high ? 0.001 : high - low;
    for (int i = 0; i < half; i++) {
      double interpolated = Math.clamp((i - low) / width, 0.0, 1.0);
      frequencies[i] *= interpolated / factor + 1 - interpolated;
    }
    double usual = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    return new ReferenceRope(frequencies, settings.path("attention_factor").asDouble(usual));
  }

  /// arXiv:2407.21783 §3.2: dims that turn less than `low_freq_factor` times over the positions of
  /// training are interpolated, those that turn `high_freq_factor` times are not.
  private static ReferenceRope llama3(JsonNode settings, double[] frequencies) {
    double factor = settings.path("factor").asDouble();
    double low = settings.path("low_freq_factor").asDouble();
    double high = settings.path("high_freq_factor").asDouble();
    double positions = settings.path("original_max_position_embeddings").asDouble();
    for (int i = 0; i < frequencies.length; i++) {
      double turns = positions * frequencies[i] / (2 * Math.PI);
      double kept = Math.clamp((turns - low) / (high - low), 0.0, 1.0);
      frequencies[i] *= (1 - kept) / factor + kept;
    }
    return new ReferenceRope(frequencies, 1);
  }

  /// Where among the dims, as a share of them, a pair turns so many times over all positions.
  private static double turnsAt(double turns, double positions, double theta) {
    return Math.log(positions / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  /// Turns a head's dims, which begin at `from`: dim i against dim i + dims / 2.
  void turn(double[] x, int from, int position) {
    int half = frequencies.length;
    for (int i = 0; i < half; i++) {
      double cos = Math.cos(position * frequencies[i]) * factor;
      double sin = Math.sin(position * frequencies[i]) * factor;
      double a = x[from + i];
      double b = x[from + half + i];
      x[from + i] = a * cos - b * sin;
      x[from + half + i] = b * cos + a * sin;
    }
  }
}
