package neox.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a run has recorded beside numbers.
///
/// @param journal entries of `journal.jsonl`: `time`, `kind`, and what belongs to the kind
/// @param leftOut how many stand in the middle of a journal that is too long for a page
/// @param samples rows of `samples.jsonl`: `step`, `prompt`, `text`; by step
/// @param replaced steps that were taken again after a restart
record RunNotes(
    List<ObjectNode> journal, int leftOut, List<ObjectNode> samples, List<Steps> replaced) {
  /// Of the beginning of a journal, and as many of its end.
  private static final int MOST_ENTRIES = 400;

  /// At which texts were written.
  private static final int MOST_STEPS = 12;

  private static final int MOST_TEXTS = 12;
  private static final int MOST_CHARS = 2000;

  /// From the first to the last.
  record Steps(long first, long last) {}

  static RunNotes read(RunFolder folder) throws IOException {
    List<ObjectNode> journal = new ArrayList<>();
    WholeLines.read(folder.journal(), 0, journal::add);
    int leftOut = Math.max(0, journal.size() - 2 * MOST_ENTRIES);
    if (leftOut > 0) {
      journal.subList(MOST_ENTRIES, MOST_ENTRIES + leftOut).clear();
    }
    return new RunNotes(journal, leftOut, samples(folder.samples()), replaced(folder.replaced()));
  }

  /// The newest text of each prompt at a step; of many steps some, the first and the last among
  /// them.
  private static List<ObjectNode> samples(Path file) throws IOException {
    Map<Long, Map<String, ObjectNode>> byStep = new TreeMap<>();
    WholeLines.read(
        file,
        0,
        row -> {
          if (row.path("step").isIntegralNumber() && row.path("text").isTextual()) {
            byStep
                .computeIfAbsent(row.path("step").longValue(), _ -> new LinkedHashMap<>())
                .put(row.path("prompt").asText(), cut(row));
          }
        });
    List<Map<String, ObjectNode>> steps = List.copyOf(byStep.values());
    int shown = Math.min(steps.size(), MOST_STEPS);
    List<ObjectNode> samples = new ArrayList<>();
    for (int i = 0; i < shown; i++) {
      int place = shown == 1 ? 0 : (int) ((long) i * (steps.size() - 1) / (shown - 1));
      steps.get(place).values().stream().limit(MOST_TEXTS).forEach(samples::add);
    }
    return samples;
  }

  private static ObjectNode cut(ObjectNode row) {
    for (String name : List.of("prompt", "text")) {
      String text = row.path(name).asText();
      if (text.length() > MOST_CHARS) {
        row.put(name, text.substring(0, MOST_CHARS) + "…");
      }
    }
    return row;
  }

  /// Rows are moved aside in the order of their steps, all from a step on; any other than the next
  /// step begins those of another restart.
  private static List<Steps> replaced(Path file) throws IOException {
    List<Steps> all = new ArrayList<>();
    WholeLines.read(
        file,
        0,
        row -> {
          JsonNode number = row.path("step");
          if (number.isIntegralNumber()) {
            long step = number.longValue();
            Optional<Steps> last = all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
            if (last.isPresent() && isNext(last.get(), step)) {
              all.set(all.size() - 1, new Steps(last.get().first(), step));
            } else {
              all.add(new Steps(step, step));
            }
          }
        });
    return all;
  }

  private static boolean isNext(Steps before, long step) {
    return step == before.last() || step == before.last() + 1;
  }
}
