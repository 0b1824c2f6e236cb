package neox.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import neox.train.data.StepDocuments.Document;
import org.junit.jupiter.api.Test;

class StepDocumentsTest {
  private static final Path A = Path.of("a_document");
  private static final Path B = Path.of("b_document");

  @Test
  void namesDocumentsByTheirDataset() {
    Set<Document> documents = new LinkedHashSet<>();
    documents.add(new Document(A, 3));
    documents.add(new Document(B, 1));
    documents.add(new Document(A, 7));
    assertThat(new StepDocuments(documents))
        .hasToString("3 documents: 3, 7 of a_document; 1 of b_document");
    assertThat(new StepDocuments(Set.of(new Document(B, 5))))
        .hasToString("1 document: 5 of b_document");
  }

  @Test
  void namesAFewOfManyAndCountsTheRest() {
    Set<Document> documents = new LinkedHashSet<>();
    for (int i = 0; i < 100; i++) {
      documents.add(new Document(A, i));
    }
    assertThat(new StepDocuments(documents))
        .hasToString("100 documents: 0, 1, 2, 3, 4, 5, 6, 7 of a_document and 92 more");
  }
}
