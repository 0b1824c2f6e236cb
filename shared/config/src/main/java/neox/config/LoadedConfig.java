package neox.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A configuration together with its sources.
///
/// @param originals file name without directory → text of the file, comments and all
/// @param effectiveYaml every supported key with the value in use, and where it came from
/// @param unheard keys that ask in vain for something that changes no number
public record LoadedConfig(
    NeoxConfig config, Map<String, String> originals, String effectiveYaml, List<String> unheard) {

  /// The file in a checkpoint that holds [#effectiveYaml]; when it is there it counts alone.
  public static final String EFFECTIVE_FILE = "neox-effective.yml";

  public LoadedConfig {
    originals = Collections.unmodifiableMap(new LinkedHashMap<>(originals));
    unheard = List.copyOf(unheard);
  }

  /// What to tell the user about this configuration before it is used, in one line.
  public Optional<String> warning() {
    return unheard.isEmpty()
        ? Optional.empty()
        : Optional.of("no effect here, and none on any number: " + String.join(", ", unheard));
  }

  /// What a checkpoint's `configs` directory should hold, by file name.
  public Map<String, String> checkpointFiles() {
    Map<String, String> files = new LinkedHashMap<>(originals);
    files.put(EFFECTIVE_FILE, effectiveYaml);
    return Collections.unmodifiableMap(files);
  }
}
