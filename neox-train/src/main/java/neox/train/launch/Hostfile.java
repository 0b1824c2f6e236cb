package neox.train.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.ReadableFile;
import neox.base.UserException;

/// The hosts that a run may use and how many ranks each holds, in the format of MPI and DeepSpeed:
/// a line `HOST slots=N` each, in the order of ranks.
///
/// @param name of the file, for messages and for launchers that read it themselves
public record Hostfile(String name, SequencedMap<String, Integer> slots) {
  private static final Pattern LINE = Pattern.compile("^(\\S+)\\s+slots=(\\d{1,6})(?!\\d)");

  public Hostfile {
    slots = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(slots));
  }

  public static Hostfile read(Path file) throws IOException {
    String text = ReadableFile.text(ReadableFile.bytes(file), file.toString());
    return parse(file.toString(), text.lines().toList());
  }

  public static Hostfile parse(String name, List<String> lines) {
    SequencedMap<String, Integer> slots = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher entry = LINE.matcher(line);
      if (!entry.find()) {
        throw UserException.of(
            "%s:%d: Hostfile contains a bad entry: %s, unable to proceed with launching; expected"
                + " HOST slots=N",
            name, i + 1, line);
      }
      if (slots.put(entry.group(1), Integer.parseInt(entry.group(2))) != null) {
        throw UserException.of(
            "%s:%d: Hostfile contains multiple entries for %s, unable to proceed with launching;"
                + " write one line with all its slots",
            name, i + 1, entry.group(1));
      }
    }
    if (slots.isEmpty()) {
      throw UserException.of(
          "%s: Hostfile is empty or not formatted correctly, unable to proceed with launching."
              + " Expected a line HOST slots=N for each host",
          name);
    }
    return new Hostfile(name, slots);
  }

  /// All hosts with all their slots.
  Resources resources() {
    SequencedMap<String, List<Integer>> all = new LinkedHashMap<>();
    slots.forEach((host, count) -> all.put(host, Resources.first(count)));
    return new Resources(all);
  }
}
