package neox.converthf.inspect;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.terminal.Printable;
import neox.converthf.inspect.Columns.Column;
import neox.converthf.inspect.Columns.Side;
import neox.weights.NamedTensor;

/// Prints a table for people.
final class TableInspection implements Inspection {
  private static final int SHORT_DIGEST = 16;

  private final PrintStream out;
  private final Columns columns;

  TableInspection(List<NamedTensor> tensors, PrintStream out) {
    this.out = out;
    int names = tensors.stream().mapToInt(t -> name(t).length()).max().orElse(0);
    int shapes = tensors.stream().mapToInt(t -> t.shape().toString().length()).max().orElse(0);
    this.columns =
        new Columns(
            List.of(
                new Column("name", Side.LEFT, names),
                new Column("type", Side.LEFT, 8),
                new Column("shape", Side.LEFT, shapes),
                new Column("norm", Side.RIGHT, 10),
                new Column("max |x|", Side.RIGHT, 10),
                new Column("NaN", Side.RIGHT, 3),
                new Column("Inf", Side.RIGHT, 3),
                new Column("sha256", Side.LEFT, SHORT_DIGEST)),
            out);
  }

  @Override
  public void begin(OpenedCheckpoint checkpoint) {
    List<String> facts = new ArrayList<>();
    checkpoint.facts().forEach((key, value) -> facts.add(key + " " + value));
    out.println(Printable.line(checkpoint.path() + ": " + String.join(", ", facts)));
    columns.head();
  }

  @Override
  public void add(Inspected inspected) {
    NamedTensor tensor = inspected.tensor();
    List<String> cells = new ArrayList<>();
    cells.add(name(tensor));
    cells.add(tensor.dtype().name().toLowerCase(Locale.ROOT));
    cells.add(tensor.shape().toString());
    inspected
        .numbers()
        .ifPresentOrElse(
            some -> {
              cells.add("%.5g".formatted(some.statistics().norm()));
              cells.add("%.5g".formatted(some.statistics().magnitude()));
              cells.add(String.valueOf(some.statistics().nan()));
              cells.add(String.valueOf(some.statistics().infinite()));
              cells.add(some.digest().substring(0, SHORT_DIGEST));
            },
            () -> cells.addAll(List.of("", "", "", "", "")));
    columns.row(cells);
  }

  @Override
  public void end(Total total) {
    out.printf(
        Locale.ROOT,
        "%,d tensors, %,d numbers, %,d bytes%s%n",
        total.tensors(),
        total.numbers(),
        total.bytes(),
        total
            .digest()
            .map(digest ->
                ", NaN %d, Inf %d, sha256 %s"
                    .formatted(total.nan(), total.infinite(), digest.substring(0, SHORT_DIGEST)))
            .orElse(""));
  }

  private static String name(NamedTensor tensor) {
    return Printable.line(tensor.name());
  }
}
