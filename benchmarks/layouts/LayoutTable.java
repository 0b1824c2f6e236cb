package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import neox.tensor.NativeRuntime;
import neox.train.LayoutMatrix.Curve;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Outcome;
import neox.train.LayoutMatrix.Style;

/// Prints how far the losses of each layout are from those of one rank: see `layouts.sh`. Compiled
/// together with the tests' [LayoutMatrix].
class LayoutTable {
  private static final int RANKS = 4;
  private static final int STEPS = 20;
  private static final double TOLERANCE = 1e-5;

  private final LayoutMatrix matrix;
  private final Set<String> reasons = new LinkedHashSet<>();
  private int equal;
  private int refused;
  private int different;
  private double largest;

  LayoutTable(LayoutMatrix matrix) {
    this.matrix = matrix;
  }

  /// Arguments: a directory for what the runs read and write.
  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    LayoutTable table = new LayoutTable(new LayoutMatrix(Path.of(args[0]), STEPS));
    table.print();
    System.exit(table.different == 0 ? 0 : 1);
  }

  private void print() throws IOException {
    StringBuilder head = new StringBuilder("| pipe | tensor | data | ZeRO |");
    for (Style style : Style.values()) {
      head.append(" ").append(name(style)).append(" |");
    }
    System.out.println(head);
    System.out.println("|" + "--:|".repeat(4 + Style.values().length));
    for (Layout layout : Layout.upTo(RANKS)) {
      StringBuilder row =
          new StringBuilder(
              "| %d | %d | %d | %d |"
                  .formatted(layout.pipe(), layout.tensor(), layout.data(), layout.zeroStage()));
      for (Style style : Style.values()) {
        row.append(" ").append(cell(style, layout)).append(" |");
      }
      System.out.println(row);
    }
    System.out.println();
    int number = 0;
    for (String reason : reasons) {
      System.out.printf("%d. refused: `%s`%n", ++number, reason);
    }
    System.out.printf(
        Locale.ROOT,
        "%d runs of %d steps: %d equal within %.0e (largest difference %.1e), %d refused, %d"
            + " different%n",
        equal + refused + different,
        STEPS,
        equal,
        TOLERANCE,
        largest,
        refused,
        different);
  }

  private String cell(Style style, Layout layout) throws IOException {
    return switch (matrix.run(style, layout, Map.of())) {
      case Outcome.Trained(Curve curve) -> {
        double difference = curve.lossDifference(matrix.alone(style));
        largest = Math.max(largest, difference);
        boolean same = difference <= TOLERANCE;
        equal += same ? 1 : 0;
        different += same ? 0 : 1;
        yield (same ? "%.1e" : "**%.1e**").formatted(difference);
      }
      case Outcome.Refused(String reason) -> {
        refused++;
        String general = reason.replaceFirst("^.*?: ", "").replaceAll("found \\d+", "found …");
        reasons.add(general);
        yield "refused (" + (List.copyOf(reasons).indexOf(general) + 1) + ")";
      }
    };
  }

  private static String name(Style style) {
    return style.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
