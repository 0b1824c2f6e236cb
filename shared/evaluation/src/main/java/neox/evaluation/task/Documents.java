package neox.evaluation.task;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.datasets.DataSets;
import neox.evaluation.document.Document;
import neox.template.value.Dict;
import neox.template.value.Value;

/// The documents of tasks, which are the rows of data sets.
public record Documents(DataSets sets) {

  /// Those of the data sets below one directory.
  public Documents(Path directory) {
    this(DataSets.in(directory));
  }

  /// All documents of one split. Every document gets every column of the split, missing ones as
  /// null, as in a table.
  public List<Document> read(Task task, String split) throws IOException {
    DataSet data = task.data();
    return sets.rows(data.folder(), data.named("task " + task.name()), split).stream()
        .map(row -> new Document((Dict) Value.of(row.fields()), row.where()))
        .toList();
  }
}
