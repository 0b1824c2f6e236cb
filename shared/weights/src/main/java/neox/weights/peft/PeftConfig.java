package neox.weights.peft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `adapter_config.json`, in both directions: as much of it as says what an adapter computes. Which
/// modules have adapters, and of what rank, their tensors say.
///
/// @param base what it adapts: a name on the hub, or a directory
/// @param rank `r`, where no pattern says otherwise
/// @param alpha `lora_alpha`, where no pattern says otherwise
/// @param alphas `alpha_pattern`: the ends of modules' names, and their alpha
/// @param rankStabilized whether adapters are multiplied by alpha / √rank (`use_rslora`,
///   arXiv:2312.03732) instead of alpha / rank
/// @param dropout `lora_dropout`
public record PeftConfig(
    Optional<String> base,
    int rank,
    double alpha,
    Map<String, Double> alphas,
    boolean rankStabilized,
    double dropout) {
  /// The file's name.
  public static final String FILE = "adapter_config.json";

  public PeftConfig {
    alphas = Collections.unmodifiableMap(new LinkedHashMap<>(alphas));
  }

  /// True when `directory` looks like adapters of PEFT.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /// Reads the file in `directory`; [UserException] with every reason why NeoX has no such
  /// adapters.
  public static PeftConfig read(Path directory) throws IOException {
    return new PeftConfigReader(directory.resolve(FILE)).read();
  }

  /// What the adapter of a module is multiplied by.
  ///
  /// @param module without `base_model.model.` in front
  double scale(String module, long moduleRank) {
    double own =
        alphas.entrySet().stream()
            .filter(each -> ("." + module).endsWith("." + each.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(alpha);
    double count = (double) moduleRank;
    return own / (rankStabilized ? Math.sqrt(count) : count);
  }

  /// The content of the file.
  ///
  /// @param targets the last part of the names of modules that have adapters
  Map<String, Object> toJson(List<String> targets) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    base.ifPresent(name -> json.put("base_model_name_or_path", name));
    json.put("r", rank);
    json.put("lora_alpha", alpha == Math.rint(alpha) ? (Number) (long) alpha : (Number) alpha);
    json.put("lora_dropout", dropout);
    json.put("use_rslora", rankStabilized);
    json.put("target_modules", targets);
    json.put("bias", "none");
    json.put("fan_in_fan_out", false);
    json.put("init_lora_weights", true);
    json.put("inference_mode", true);
    return json;
  }
}
