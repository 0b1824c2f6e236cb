package neox.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import neox.base.json.Json;
import neox.base.text.Sha256;

/// Runs as the JSON that the page draws. Curves are thinned so that a page stays small however long
/// the runs were.
///
/// A series is `{"n": points recorded, "x": […], "y": […]}`: `x` are steps, each as the distance
/// from the one before (the first from 0), `y` the values, null for one that is no number.
final class ReportData {
  /// Of all curves of a page together; a point takes about 11 bytes.
  private static final int MOST_POINTS = 60_000;

  /// Of one curve.
  private static final int FEWEST_OF_CURVE = 40;

  private static final int MOST_OF_CURVE = 2_000;

  /// Names of series; a norm of each parameter of a large network would fill the page.
  private static final int MOST_NAMES = 300;

  /// A page that is drawn once. The same records make the same bytes.
  static ObjectNode page(List<RunFolder> folders) throws IOException {
    List<RecordedRun> runs = new ArrayList<>();
    for (RunFolder folder : folders) {
      runs.add(RecordedRun.read(folder));
    }
    Set<String> shown = shownNames(runs);
    int points = pointsOfCurve(runs, shown);
    ObjectNode data = Json.mapper().createObjectNode();
    data.put("live", false).put("mostPoints", points);
    data.put("leftOut", allNames(runs).size() - shown.size());
    ArrayNode list = data.putArray("runs");
    for (RecordedRun run : runs) {
      list.add(whole(run, shown, points));
    }
    return data;
  }

  /// A page that asks for more: each run names the place up to which it was read.
  static ObjectNode livePage(List<RunFolder> folders) throws IOException {
    ObjectNode data = page(List.of());
    data.put("live", true);
    data.set("runs", updates(folders, List.of()));
    return data;
  }

  /// What has come since the pages' places (one of each run, in their order; none for all).
  static ArrayNode updates(List<RunFolder> folders, List<String> places) throws IOException {
    ArrayNode list = Json.mapper().createArrayNode();
    for (int i = 0; i < folders.size(); i++) {
      String[] seen = (i < places.size() ? places.get(i) : "").split("~", -1);
      RecordedRun run = RecordedRun.since(folders.get(i), seen[0]);
      List<RecordedRun> alone = List.of(run);
      Set<String> shown = shownNames(alone);
      ObjectNode update =
          run.whole()
              ? whole(run, shown, pointsOfCurve(alone, shown))
              : bare(run, shown, Integer.MAX_VALUE);
      String notes = Sha256.of(notes(run.notes()).toString()).substring(0, 16);
      if (!run.whole() && !(seen.length == 2 && seen[1].equals(notes))) {
        update.setAll(notes(run.notes()));
      }
      list.add(update.put("whole", run.whole()).put("at", run.place() + "~" + notes));
    }
    return list;
  }

  private static ObjectNode whole(RecordedRun run, Set<String> shown, int points) {
    ObjectNode json = bare(run, shown, points);
    json.put("name", run.folder().name());
    json.put("configuration", run.rows().texts().getOrDefault("configuration", ""));
    return json.setAll(notes(run.notes()));
  }

  private static ObjectNode bare(RecordedRun run, Set<String> shown, int points) {
    ObjectNode json = Json.mapper().createObjectNode();
    ObjectNode series = json.putObject("series");
    for (Map.Entry<String, Series> named : run.rows().series().entrySet()) {
      if (shown.contains(named.getKey())) {
        series.set(named.getKey(), json(named.getValue(), points));
      }
    }
    return json;
  }

  private static ObjectNode json(Series series, int points) {
    Series thinned = Thinning.of(series, points);
    ObjectNode json = Json.mapper().createObjectNode().put("n", series.size());
    ArrayNode x = json.putArray("x");
    ArrayNode y = json.putArray("y");
    long before = 0;
    for (int i = 0; i < thinned.size(); i++) {
      x.add(thinned.steps()[i] - before);
      before = thinned.steps()[i];
      SignificantDigits.add(y, thinned.values()[i]);
    }
    return json;
  }

  private static ObjectNode notes(RunNotes notes) {
    ObjectNode json = Json.mapper().createObjectNode();
    json.putArray("journal").addAll(notes.journal());
    json.put("journalLeftOut", notes.leftOut());
    json.putArray("samples").addAll(notes.samples());
    ArrayNode replaced = json.putArray("replaced");
    notes.replaced().forEach(steps -> replaced.addArray().add(steps.first()).add(steps.last()));
    return json;
  }

  private static Set<String> allNames(List<RecordedRun> runs) {
    Set<String> names = new TreeSet<>();
    runs.forEach(run -> names.addAll(run.rows().series().keySet()));
    return names;
  }

  /// Losses, rates and speeds before the norms of single parameters.
  private static Set<String> shownNames(List<RecordedRun> runs) {
    List<String> names = new ArrayList<>(allNames(runs));
    names.sort((a, b) -> Boolean.compare(isOfAParameter(a), isOfAParameter(b)));
    return Set.copyOf(names.subList(0, Math.min(names.size(), MOST_NAMES)));
  }

  private static boolean isOfAParameter(String name) {
    return name.contains("_norms/");
  }

  private static int pointsOfCurve(List<RecordedRun> runs, Set<String> shown) {
    long curves = runs.stream().mapToLong(run -> curves(run, shown)).sum();
    return Math.clamp(MOST_POINTS / Math.max(1, curves), FEWEST_OF_CURVE, MOST_OF_CURVE);
  }

  private static long curves(RecordedRun run, Set<String> shown) {
    return run.rows().series().keySet().stream().filter(shown::contains).count();
  }

  private ReportData() {}
}
