package neox.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.NamedFiles;
import neox.base.json.Json;

/// Draws loss curves as a small SVG picture that a browser or a README shows.
public final class LossPlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 52;
  private static final int RIGHT = 16;
  private static final int TOP = 34;
  private static final int BOTTOM = 40;
  private static final int MOST_TICKS = 6;
  private static final int MOST_DECIMALS = 4;
  private static final List<Double> ROUND = List.of(1.0, 2.0, 5.0, 10.0);
  private static final List<String> COLOURS =
      List.of("#1f6fb4", "#d9730d", "#2a8a3e", "#a33ea1", "#7a5230", "#555555");

  /// One measured value.
  public record Point(long step, double value) {}

  /// A named curve; its points are ordered by step.
  public record Curve(String name, List<Point> points) {}

  /// A value to compare curves with, drawn as a dotted line.
  public record Level(String name, double value) {}

  /// The training and validation loss of a `metrics.jsonl`, as SVG text.
  ///
  /// @param vocabulary how many tokens there are to choose from: who knows nothing has the loss
  ///   ln(vocabulary)
  public static String ofMetrics(Path metrics, int vocabulary) throws IOException {
    List<Point> train = new ArrayList<>();
    List<Point> validation = new ArrayList<>();
    int lineNumber = 0;
    for (String line : NamedFiles.readAllLines(metrics)) {
      JsonNode row = Json.parse(line, metrics + ":" + ++lineNumber);
      addPoint(train, row, "train/lm_loss");
      addPoint(validation, row, "validation/lm_loss");
    }
    return svg(
        "loss per step",
        List.of(new Curve("train", train), new Curve("validation", validation)),
        List.of(
            new Level(
                String.format(Locale.ROOT, "ln(%,d), a guess", vocabulary), Math.log(vocabulary))));
  }

  private static void addPoint(List<Point> points, JsonNode row, String name) {
    if (row.has(name)) {
      points.add(new Point(row.path("step").asLong(), row.path(name).asDouble()));
    }
  }

  /// The picture as SVG text. The vertical axis starts at zero, so that a fall looks as deep as it
  /// is. Points that are not finite are left out; without any point the frame alone is drawn.
  public static String svg(String title, List<Curve> curves, List<Level> levels) {
    return svg(title, "step", curves, levels);
  }

  /// The same over something else than steps.
  public static String svg(String title, String xName, List<Curve> curves, List<Level> levels) {
    long lastStep = 1;
    double highest = levels.stream().mapToDouble(Level::value).max().orElse(0);
    for (Curve curve : curves) {
      for (Point point : curve.points()) {
        lastStep = Math.max(lastStep, point.step());
        if (Double.isFinite(point.value())) {
          highest = Math.max(highest, point.value());
        }
      }
    }
    Axes axes = new Axes(lastStep, highest == 0 ? 1 : highest * 1.05);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            HEIGHT));
    text(svg, WIDTH / 2.0, 20, "middle", title);
    appendGrid(svg, axes, xName);
    for (int i = 0; i < curves.size(); i++) {
      appendCurve(svg, axes, curves.get(i), i);
    }
    levels.forEach(level -> appendLevel(svg, axes, level));
    return svg.append("</svg>\n").toString();
  }

  /// Maps steps and values to picture coordinates.
  private record Axes(long lastStep, double highest) {
    double x(long step) {
      return LEFT + (double) step / lastStep * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
      return HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM);
    }
  }

  private static void appendGrid(StringBuilder svg, Axes axes, String xName) {
    double every = roundTick(axes.highest());
    int decimals = (int) Math.max(0, Math.ceil(-Math.log10(every)));
    for (int i = 0; i * every <= axes.highest(); i++) {
      double value = i * every;
      line(svg, axes.x(0), axes.y(value), axes.x(axes.lastStep()), axes.y(value), "#dddddd", "");
      String form = decimals > MOST_DECIMALS ? "%.1e" : "%." + decimals + "f";
      String label = String.format(Locale.ROOT, form, value);
      text(svg, LEFT - 6, axes.y(value) + 4, "end", label);
    }
    long steps = Math.max(1, (long) roundTick((double) axes.lastStep()));
    for (long step = 0; step <= axes.lastStep(); step += steps) {
      String label = String.format(Locale.ROOT, "%,d", step);
      text(svg, axes.x(step), HEIGHT - BOTTOM + 18, "middle", label);
    }
    text(svg, WIDTH / 2.0, HEIGHT - 6, "middle", xName);
  }

  /// The smallest of 1, 2, 5, 10, 20, … (or 0.1, 0.2, …) that divides an axis into few parts.
  private static double roundTick(double end) {
    double power = Math.pow(10, Math.floor(Math.log10(end / MOST_TICKS)));
    return ROUND.stream()
        .mapToDouble(round -> round * power)
        .filter(tick -> end / tick <= MOST_TICKS)
        .min()
        .orElse(end);
  }

  private static void appendLevel(StringBuilder svg, Axes axes, Level level) {
    double y = axes.y(level.value());
    line(svg, axes.x(0), y, axes.x(axes.lastStep()), y, "#555555", " stroke-dasharray=\"2 4\"");
    text(svg, LEFT + 4, y - 4, "start", level.name());
  }

  private static void appendCurve(StringBuilder svg, Axes axes, Curve curve, int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour);
    svg.append("\" points=\"");
    for (Point point : curve.points()) {
      if (Double.isFinite(point.value())) {
        svg.append(
            String.format(Locale.ROOT, "%.1f,%.1f ", axes.x(point.step()), axes.y(point.value())));
      }
    }
    svg.append("\"/>\n");
    double y = TOP + 8 + 16.0 * index;
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"/>%n",
            WIDTH - RIGHT - 120,
            WIDTH - RIGHT - 100,
            y,
            y,
            colour));
    text(svg, WIDTH - RIGHT - 94, y + 4, "start", curve.name());
  }

  private static void line(
      StringBuilder svg, double x1, double y1, double x2, double y2, String colour, String more) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>%n",
            x1,
            y1,
            x2,
            y2,
            colour,
            more));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private LossPlot() {}
}
