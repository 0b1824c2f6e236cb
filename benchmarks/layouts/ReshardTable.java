package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Curve;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Outcome;
import neox.train.LayoutMatrix.Style;

/// Saves a run on each layout, continues it on others, and prints how far its losses are from those
/// of one rank that was never interrupted: see `reshard.sh`. Compiled together with the tests'
/// [LayoutMatrix].
class ReshardTable {
  private static final int RANKS = 4;
  private static final int STEPS = 20;
  private static final int SAVED = 10;
  private static final double TOLERANCE = 1e-5;

  /// Each layout hands over to those so many places further on, so that each takes over as often.
  private static final int[] DISTANCES = {5, 18, 31};

  private final Path directory;
  private final LayoutMatrix matrix;
  private int pairs;
  private int different;
  private double largest;

  private ReshardTable(Path directory) throws IOException {
    this.directory = directory;
    this.matrix = new LayoutMatrix(directory, STEPS);
  }

  /// Arguments: a directory for what the runs read and write.
  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    ReshardTable table = new ReshardTable(Path.of(args[0]));
    System.out.println("| style | saved by pipe, tensor, data, ZeRO | continued by | loss |");
    System.out.println("|---|---|---|---|");
    for (Style style : List.of(Style.PYTHIA, Style.GPT3)) {
      table.print(style);
    }
    System.out.printf(
        Locale.ROOT,
        "%d pairs, largest difference %.1e, %d above %.0e%n",
        table.pairs, table.largest, table.different, TOLERANCE);
    System.exit(table.different == 0 ? 0 : 1);
  }

  private void print(Style style) throws IOException {
    List<Layout> layouts =
        Layout.upTo(RANKS).stream()
            .filter(layout -> layout.zeroStage() == 0 || layout.data() > 1) // the same on one rank
            .toList();
    for (int from = 0; from < layouts.size(); from++) {
      Path save = directory.resolve(style + "-" + from);
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("save", save.toString());
      settings.put("train_iters", String.valueOf(SAVED));
      if (!(matrix.run(style, layouts.get(from), settings) instanceof Outcome.Trained)) {
        continue; // refused, which layouts.sh prints
      }
      for (int distance : DISTANCES) {
        row(style, layouts.get(from), layouts.get((from + distance) % layouts.size()), save);
      }
    }
  }

  private void row(Style style, Layout from, Layout to, Path save) throws IOException {
    switch (matrix.run(style, to, Map.of("load", save.toString()))) {
      case Outcome.Refused _ -> {
        // Nothing to compare.
      }
      case Outcome.Trained(Curve curve) -> {
        List<Double> whole = matrix.alone(style).losses().subList(SAVED, STEPS);
        double difference = curve.lossDifference(new Curve(whole, curve.norms()));
        pairs++;
        largest = Math.max(largest, difference);
        different += difference <= TOLERANCE ? 0 : 1;
        System.out.printf(
            Locale.ROOT, "| %s | %s | %s | %.1e |%n", style, name(from), name(to), difference);
      }
    }
  }

  private static String name(Layout layout) {
    return "%d, %d, %d, %d"
        .formatted(layout.pipe(), layout.tensor(), layout.data(), layout.zeroStage());
  }
}
