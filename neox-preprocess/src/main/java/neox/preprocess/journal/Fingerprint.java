package neox.preprocess.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that the output depends on.
///
/// @param settings by name
/// @param files the corpus in order
public record Fingerprint(Map<String, String> settings, List<SourceFile> files) {

  /// One file of the corpus. Standard input has neither size nor time.
  ///
  /// @param modifiedAt milliseconds since 1970
  public record SourceFile(String name, long size, long modifiedAt) {
    /// Whether this can be known at all, and is so.
    public boolean isUnchanged(SourceFile now) {
      return modifiedAt != 0 && equals(now);
    }
  }

  public Fingerprint {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    files = List.copyOf(files);
  }

  /// Why the output for `now` is not that of this one continued at `place`, one reason each; empty
  /// when it is. What was not read yet may have changed.
  public List<String> differences(Fingerprint now, Place place) {
    List<String> differences = new ArrayList<>();
    settings.forEach((name, before) -> {
      String value = now.settings.getOrDefault(name, "nothing");
      if (!value.equals(before)) {
        differences.add("%s was %s, is %s".formatted(name, before, value));
      }
    });
    int known = Math.min(files.size(), now.files.size());
    for (int file = 0; file < known; file++) {
      SourceFile before = files.get(file);
      SourceFile after = now.files.get(file);
      if (!before.name().equals(after.name())) {
        differences.add(
            "input file %d was %s, is %s".formatted(file + 1, before.name(), after.name()));
      } else if (file < place.file() && !before.equals(after)) {
        differences.add("%s was read to its end and has changed since".formatted(before.name()));
      }
    }
    if (files.size() != now.files.size()) {
      differences.add("the input was %s, is %s".formatted(count(files), count(now.files)));
    }
    return differences;
  }

  private static String count(List<SourceFile> files) {
    return files.size() + (files.size() == 1 ? " file" : " files");
  }
}
