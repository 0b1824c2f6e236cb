package neox.train.data;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import neox.config.step.StepShape;
import neox.data.SamplePiece;

/// The documents that a step reads, on all ranks together; as text, the first few and how many
/// more.
///
/// @param documents each once, in the order in which they are read
public record StepDocuments(Set<Document> documents) {
  private static final int SHOWN = 8;

  /// One document of a dataset.
  ///
  /// @param number of the item in the dataset
  public record Document(Path prefix, long number) {}

  /// Those of one of a run's steps.
  public static StepDocuments of(DataPosition position, long step) {
    StepShape shape = position.steps().at(step);
    Set<Document> documents = new LinkedHashSet<>();
    for (int i = 0; i < shape.microBatches(); i++) {
      for (SamplePiece piece : position.feed().source().pieces(shape.firstMicroBatch() + i)) {
        documents.add(new Document(piece.prefix(), piece.document()));
      }
    }
    return new StepDocuments(documents);
  }

  /// Such as `5 documents: 3, 7 of a_document; 1 of b_document and 2 more`.
  @Override
  public String toString() {
    Set<Path> prefixes =
        documents.stream()
            .limit(SHOWN)
            .map(Document::prefix)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    String shown =
        prefixes.stream()
            .map(prefix -> numbers(prefix) + " of " + prefix)
            .collect(Collectors.joining("; "));
    int more = documents.size() - SHOWN;
    return "%d document%s: %s%s"
        .formatted(
            documents.size(),
            documents.size() == 1 ? "" : "s",
            shown,
            more > 0 ? " and %d more".formatted(more) : "");
  }

  private String numbers(Path prefix) {
    return documents.stream()
        .limit(SHOWN)
        .filter(document -> document.prefix().equals(prefix))
        .map(document -> Long.toString(document.number()))
        .collect(Collectors.joining(", "));
  }
}
