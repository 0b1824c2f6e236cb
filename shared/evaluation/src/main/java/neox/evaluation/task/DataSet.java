package neox.evaluation.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import neox.datasets.DataSetName;

/// Where a task's documents are and which splits it uses.
///
/// @param folder name of the directory below the data directory
/// @param path of the data set on the Hugging Face hub, or a format such as `json`
/// @param name of the part of it
/// @param keywords for the loader of `datasets`, such as `data_files`
public record DataSet(
    String folder,
    String path,
    Optional<String> name,
    ObjectNode keywords,
    Optional<String> training,
    Optional<String> validation,
    Optional<String> test) {

  public DataSet {
    if (validation.isEmpty() && test.isEmpty()) {
      throw new IllegalArgumentException(folder + " has nothing to evaluate on");
    }
  }

  /// What the data set is called on the Hugging Face hub.
  public String origin() {
    return path + name.map(part -> " (" + part + ")").orElse("");
  }

  /// What `datasets` would be asked for.
  ///
  /// @param where the task is written, for messages
  DataSetName named(String where) {
    return DataSetName.of(path, name, keywords, where);
  }

  /// The split that is scored.
  public String evaluated() {
    return test.or(() -> validation).orElseThrow();
  }

  /// The split that few-shot examples come from unless the task names one.
  String examples() {
    return training.or(() -> validation).or(() -> test).orElseThrow();
  }
}
