package neox.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A configuration together with its sources.
///
/// @param originals file name without directory → text of the file, comments and all
/// @param effectiveYaml every supported key with the value in use, and where it came from
public record LoadedConfig(NeoxConfig config, Map<String, String> originals, String effectiveYaml) {

  /// The file in a checkpoint that holds [#effectiveYaml]; when it is there it counts alone.
  public static final String EFFECTIVE_FILE = "neox-effective.yml";

  public LoadedConfig {
    originals = Collections.unmodifiableMap(new LinkedHashMap<>(originals));
  }

  /// What a checkpoint's `configs` directory should hold, by file name.
  public Map<String, String> checkpointFiles() {
    Map<String, String> files = new LinkedHashMap<>(originals);
    files.put(EFFECTIVE_FILE, effectiveYaml);
    return Collections.unmodifiableMap(files);
  }
}
