package neox.train.launch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which variables of the environment the ranks of other hosts are given, too. Keys are not among
/// them.
///
/// @param likeDeepSpeed those that DeepSpeed hands on; it writes their values in double quotes
/// @param own those that our programs read besides
record Exports(SequencedMap<String, String> likeDeepSpeed, SequencedMap<String, String> own) {
  private static final List<String> DEEPSPEED = List.of("MLFLOW", "PYTHON", "MV2", "UCX");

  /// DeepSpeed writes it into command lines, which everybody on a host can read.
  static final String SECRET = "WANDB_API_KEY";

  private static final List<String> NVIDIA = List.of("NCCL");
  private static final List<String> OWN = List.of("NEOX", "OMP_", "GLOO_");
  private static final String PYTHONPATH = "PYTHONPATH";
  private static final Pattern SETTING = Pattern.compile("([A-Za-z_]\\w*)\\s*=(.*)");

  Exports {
    likeDeepSpeed = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(likeDeepSpeed));
    own = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(own));
  }

  /// What an environment hands on.
  ///
  /// @param files lines of the `.deepspeed_env` files, as `NAME=VALUE`
  static Exports of(LaunchRequest request, List<String> files) {
    SequencedMap<String, String> environment = request.environment();
    SequencedMap<String, String> deepSpeed = new LinkedHashMap<>();
    SequencedMap<String, String> own = new LinkedHashMap<>();
    environment.forEach((name, value) -> {
      boolean nvidia = request.here().hasGpus() && startsWithOne(NVIDIA, name);
      if (name.equals(PYTHONPATH)) {
        deepSpeed.put(name, request.directory() + ":" + value);
      } else if (nvidia || startsWithOne(DEEPSPEED, name)) {
        deepSpeed.put(name, value);
      } else if (startsWithOne(OWN, name)) {
        own.put(name, value);
      }
    });
    for (String line : files) {
      Matcher setting = SETTING.matcher(line.strip());
      if (setting.matches() && !setting.group(1).equals(SECRET)) {
        deepSpeed.put(setting.group(1), setting.group(2).strip());
      }
    }
    return new Exports(deepSpeed, own);
  }

  private static boolean startsWithOne(List<String> prefixes, String name) {
    return prefixes.stream().anyMatch(name::startsWith);
  }

  /// All of them, as they are.
  SequencedMap<String, String> all() {
    SequencedMap<String, String> all = new LinkedHashMap<>(likeDeepSpeed);
    all.putAll(own);
    return all;
  }
}
