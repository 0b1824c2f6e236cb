import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Draws the one-thread throughputs that TokenizeSpeed measured: `ThroughputChart RESULTS.tsv
/// CHART.svg`. Legible on light and on dark pages.
final class ThroughputChart {
  private static final int LABEL_WIDTH = 150;
  private static final int BAR_WIDTH = 400;
  private static final int ROW = 18;
  private static final int GROUP = 30;
  private static final List<String> COLORS = List.of("#2f81f7", "#d29922", "#8b949e");

  /// One line of the table.
  private record Row(String vocabulary, String tokenizer, String corpus, double megabytesPerSecond) {}

  public static void main(String[] args) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] cells = line.split("\t", -1);
      if (cells[1].equals("1")) {
        rows.add(new Row(cells[0], cells[2], cells[3], Double.parseDouble(cells[4])));
      }
    }
    Files.writeString(Path.of(args[1]), svg(rows));
  }

  private static String svg(List<Row> rows) {
    double most = rows.stream().mapToDouble(Row::megabytesPerSecond).max().orElse(1);
    Set<String> tokenizers = new LinkedHashSet<>();
    rows.forEach(row -> tokenizers.add(row.tokenizer()));
    StringBuilder body = new StringBuilder();
    int y = 24;
    String group = "";
    for (String title : titles(rows)) {
      if (!title.equals(group)) {
        y += 8;
        text(body, 8, y + 12, "start", "title", title);
        y += GROUP - 8;
        group = title;
      }
      for (Row row : rows) {
        if (title.equals(title(row))) {
          int width = (int) Math.max(1, Math.round(row.megabytesPerSecond() / most * BAR_WIDTH));
          String color = COLORS.get(List.copyOf(tokenizers).indexOf(row.tokenizer()) % 3);
          text(body, LABEL_WIDTH - 8, y + 12, "end", "label", row.tokenizer());
          body.append(
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>%n"
                  .formatted(LABEL_WIDTH, y, width, ROW - 4, color));
          text(
              body,
              LABEL_WIDTH + width + 6,
              y + 12,
              "start",
              "label",
              String.format(Locale.ROOT, "%.1f MB/s", row.megabytesPerSecond()));
          y += ROW;
        }
      }
    }
    int width = LABEL_WIDTH + BAR_WIDTH + 100;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
        <title>Megabytes of text per second on one thread</title>
        <style>
        text { font-family: system-ui, sans-serif; font-size: 12px; fill: #24292f }
        .title { font-weight: 600 }
        @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
        </style>
        <text x="8" y="18" class="title">Megabytes of text per second, one thread</text>
        %s</svg>
        """
        .formatted(width, y + 8, width, y + 8, body);
  }

  private static String title(Row row) {
    return row.vocabulary() + ", " + row.corpus();
  }

  private static List<String> titles(List<Row> rows) {
    return rows.stream().map(ThroughputChart::title).distinct().toList();
  }

  private static void text(
      StringBuilder body, int x, int y, String anchor, String kind, String text) {
    body.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">%s</text>%n"
            .formatted(x, y, anchor, kind, text));
  }

  private ThroughputChart() {}
}
