package neox.converthf.inspect;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import neox.base.terminal.Printable;
import neox.converthf.inspect.Columns.Column;
import neox.converthf.inspect.Columns.Side;

/// Prints differences for people: nothing where there are none.
final class DiffTable implements DiffReport {
  /// Which tensors have a row.
  enum Rows {
    DIFFERING,
    ALL
  }

  private final PrintStream out;
  private final Rows rows;
  private Columns columns;
  private boolean headed;

  DiffTable(PrintStream out, Rows rows) {
    this.out = out;
    this.rows = rows;
    this.columns = columns(0, out);
  }

  private static Columns columns(int names, PrintStream out) {
    return new Columns(
        List.of(
            new Column("name", Side.LEFT, names),
            new Column("numbers", Side.RIGHT, 9),
            new Column("max |a-b|", Side.RIGHT, 10),
            new Column("relative", Side.RIGHT, 10),
            new Column("cosine", Side.RIGHT, 10),
            new Column("types", Side.LEFT, 0)),
        out);
  }

  @Override
  public void begin(List<String> names) {
    columns = columns(names.stream().mapToInt(String::length).max().orElse(0), out);
  }

  @Override
  public void config(ConfigDifferences.Key key) {
    out.println(Printable.line("config: %s: %s / %s".formatted(key.name(), key.a(), key.b())));
  }

  @Override
  public void add(Finding finding) {
    switch (finding) {
      case Finding.OnlyIn only ->
          out.println(
              Printable.line(
                  "only in %s: %s %s %s"
                      .formatted(
                          only.where(),
                          only.name(),
                          Finding.type(only.tensor()),
                          only.tensor().shape())));
      case Finding.Shapes shapes ->
          out.println(
              Printable.line(
                  "%s: shape %s / %s"
                      .formatted(shapes.name(), shapes.a().shape(), shapes.b().shape())));
      case Finding.Values values -> add(values);
    }
  }

  private void add(Finding.Values values) {
    if (rows == Rows.DIFFERING && !values.differs()) {
      return;
    }
    if (!headed) {
      columns.head();
      headed = true;
    }
    Difference difference = values.difference();
    columns.row(
        List.of(
            Printable.line(values.name()),
            String.valueOf(difference.differing()),
            number(difference.absolute()),
            number(difference.relative()),
            String.format(Locale.ROOT, "%.7f", difference.cosine()),
            values.types()));
  }

  @Override
  public void end(DiffCount count) {
    if (count.same() && rows == Rows.DIFFERING) {
      return;
    }
    out.printf(
        Locale.ROOT,
        "%d of %d tensors differ%s%s%n",
        count.differing(),
        count.tensors(),
        count.absolute() == 0
            ? ""
            : ", at most by %s (%s)".formatted(number(count.absolute()), count.where()),
        count.keys() == 0 ? "" : "; %d keys of the configuration".formatted(count.keys()));
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.3e", value);
  }
}
