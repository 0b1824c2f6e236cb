package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A tar stream in which each file is one text.
final class TarDocuments implements DocumentSource {
  private final TarMembers members;

  TarDocuments(InputStream tar, String archive) {
    this.members = new TarMembers(tar, archive);
  }

  @Override
  public Optional<Document> next() throws IOException {
    Optional<String> name = members.next();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    byte[] utf8 = Document.readAll(members.content(), name.get());
    return Optional.of(new Document.Text(name.get(), utf8));
  }

  @Override
  public void close() throws IOException {
    members.close();
  }
}
