package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A tar stream in which each file is one text.
final class TarDocuments implements DocumentSource {
  private final TarMembers members;
  private final RowLimit limit;

  TarDocuments(InputStream tar, String archive, RowLimit limit) {
    this.members = new TarMembers(tar, archive);
    this.limit = limit;
  }

  @Override
  public Optional<Document> next() throws IOException {
    Optional<String> name = members.next();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(Document.text(members.content(), name.get(), limit));
  }

  @Override
  public void close() throws IOException {
    members.close();
  }
}
