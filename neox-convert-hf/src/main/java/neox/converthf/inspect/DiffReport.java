package neox.converthf.inspect;

import java.util.List;

/// Says how two checkpoints differ.
sealed interface DiffReport permits DiffTable, DiffLines {
  void begin(List<String> names);

  void config(ConfigDifferences.Key key);

  void add(Finding finding);

  void end(DiffCount count);
}
