package neox.evaluation.catalogue;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedSet;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.template.value.Printing;

/// What a name stands for.
public sealed interface IndexEntry {
  String name();

  /// The file that says so; empty for tags.
  Optional<Path> location();

  /// One task.
  ///
  /// @param fields what its file says, with all that it includes
  record OfTask(String name, Path file, Fields fields) implements IndexEntry {
    @Override
    public Optional<Path> location() {
      return Optional.of(file);
    }

    /// As written; empty where nothing is said.
    public String outputType() {
      return fields.get("output_type").map(node -> Printing.str(node.value())).orElse("");
    }
  }

  /// Tasks with figures of their own.
  record OfGroup(String name, Path file, Fields fields) implements IndexEntry {
    @Override
    public Optional<Path> location() {
      return Optional.of(file);
    }
  }

  /// Another way to ask for several tasks.
  record OfTag(String name, SortedSet<String> tasks) implements IndexEntry {
    @Override
    public Optional<Path> location() {
      return Optional.empty();
    }
  }
}
