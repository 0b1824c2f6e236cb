import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Draws the bars of `docs/benchmarks/` from the figures of `benchmarks/RESULTS.md`.
///
/// Usage: `java benchmarks/pictures/Pictures.java [--check]`, in the root of the project. With
/// `--check` nothing is written, and the exit code is 1 when a picture is not that of its figures.
public final class Pictures {
  private static final Path RESULTS = Path.of("benchmarks/RESULTS.md");
  private static final Path FOLDER = Path.of("docs/benchmarks");
  private static final List<String> COLOURS = List.of("#2f81f7", "#8b949e", "#d29922");
  private static final int WIDTH = 650;
  private static final int LABEL = 190;
  private static final int LONGEST = 360;

  /// A picture of the rows of a section that match: `group` is the heading of some bars, `name` the
  /// label of one, `value` its length.
  ///
  /// @param section as `## …` says it
  private record Picture(String file, String section, String title, String unit, Pattern row) {}

  private record Bar(String group, String name, double value) {}

  private static final List<Picture> ALL =
      List.of(
          new Picture(
              "training.svg",
              "Training beside PyTorch",
              "Tokens a second in training, 1 and 2 threads (longer is better)",
              "/s",
              Pattern.compile(
                  "^(?<group>\\d+m +\\w+ +\\d) (?<name>neox|eager|compile) +(?<value>\\d+) .*")),
          new Picture(
              "vocabulary.svg",
              "Training a vocabulary",
              "Seconds of processor time to learn a vocabulary (shorter is better)",
              "s",
              Pattern.compile(
                  "^(?<name>neox|tokenizers [\\d.]+) +(?<group>\\w+ +\\d+ tokens) +(?:[\\d.]+ s first, +)?(?<value>[\\d.]+) s.*")),
          new Picture(
              "conversion.svg",
              "Conversions beside cp",
              "Seconds to convert 4 GB, files in the cache (shorter is better)",
              "s",
              Pattern.compile(
                  "^(?<group>\\w.*?) +warm +(?<cp>[\\d.]+) +[\\d.]+ +(?<value>[\\d.]+) .*")),
          new Picture(
              "async-save.svg",
              "Saving beside the steps",
              "Seconds of a step that saves, wall clock (shorter is better)",
              "s",
              Pattern.compile(
                  "^\\| (?<name>true|false) \\| wall \\| [\\d.]+ \\| (?<value>[\\d.]+) \\|.*")));

  public static void main(String[] args) throws IOException {
    boolean check = List.of(args).contains("--check");
    boolean same = true;
    List<String> results = Files.readAllLines(RESULTS);
    Files.createDirectories(FOLDER);
    for (Picture picture : ALL) {
      String svg = drawn(picture, bars(picture, section(results, picture.section())));
      Path file = FOLDER.resolve(picture.file());
      if (!check) {
        Files.writeString(file, svg);
      } else if (!Files.exists(file) || !Files.readString(file).equals(svg)) {
        System.err.println(file + " is not what RESULTS.md says; run benchmarks/pictures.sh");
        same = false;
      }
    }
    System.exit(same ? 0 : 1);
  }

  private static List<String> section(List<String> lines, String heading) {
    int begin = lines.indexOf("## " + heading) + 1;
    int end = begin;
    while (end < lines.size() && !lines.get(end).startsWith("## ")) {
      end++;
    }
    return lines.subList(begin, end);
  }

  private static List<Bar> bars(Picture picture, List<String> lines) {
    List<Bar> bars = new ArrayList<>();
    for (String line : lines) {
      Matcher row = picture.row().matcher(line);
      if (row.matches()) {
        String group = part(row, "group");
        String name = part(row, "name");
        if (picture.section().startsWith("Saving")) {
          name = name.equals("true") ? "async_save: true" : "async_save: false";
        }
        bars.add(new Bar(group, name.isEmpty() ? "neox-convert-hf" : name, number(row, "value")));
        if (!part(row, "cp").isEmpty()) {
          bars.add(new Bar(group, "cp -r", number(row, "cp")));
        }
      }
    }
    if (bars.isEmpty()) {
      throw new IllegalStateException(RESULTS + ": no rows in '" + picture.section() + "'");
    }
    return bars;
  }

  private static String part(Matcher row, String group) {
    return row.namedGroups().containsKey(group)
        ? row.group(group).replaceAll(" +", " ").strip()
        : "";
  }

  private static double number(Matcher row, String group) {
    return Double.parseDouble(row.group(group));
  }

  private static String drawn(Picture picture, List<Bar> bars) {
    double longest = bars.stream().mapToDouble(Bar::value).max().orElseThrow();
    StringBuilder body = new StringBuilder();
    int y = 18;
    text(body, 8, y, "start", "title", picture.title());
    List<String> names = bars.stream().map(Bar::name).distinct().toList();
    String group = "";
    for (Bar bar : bars) {
      y += 18;
      if (!bar.group().equals(group)) {
        group = bar.group();
        y += 8;
        text(body, 8, y, "start", "title", group);
        y += 20;
      }
      int width = (int) Math.max(1, Math.round(LONGEST * bar.value() / longest));
      text(body, LABEL - 8, y, "end", "label", bar.name());
      body.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"14\" rx=\"2\" fill=\"%s\"/>%n",
              LABEL,
              y - 12,
              width,
              COLOURS.get(names.indexOf(bar.name()) % COLOURS.size())));
      String form = bar.value() < 100 ? "%.2f %s" : "%.0f %s";
      String value = String.format(Locale.ROOT, form, bar.value(), picture.unit());
      text(body, LABEL + width + 6, y, "start", "label", value);
    }
    int height = y + 14;
    return String.format(
            Locale.ROOT,
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
            <title>%s</title>
            <style>
            text { font-family: system-ui, sans-serif; font-size: 12px; fill: #24292f }
            .title { font-weight: 600 }
            @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
            </style>
            """,
            WIDTH,
            height,
            WIDTH,
            height,
            picture.title())
        + body
        + "</svg>\n";
  }

  private static void text(
      StringBuilder body, int x, int y, String anchor, String style, String text) {
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            style,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private Pictures() {}
}
