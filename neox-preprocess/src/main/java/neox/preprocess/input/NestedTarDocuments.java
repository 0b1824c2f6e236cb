package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A tar stream of tar files, compressed or not, in which each file is one text: OpenWebText.
final class NestedTarDocuments implements DocumentSource {
  private final TarMembers archives;
  private final RowLimit limit;
  private Optional<TarDocuments> current = Optional.empty();

  NestedTarDocuments(InputStream tar, String archive, RowLimit limit) {
    this.archives = new TarMembers(tar, archive);
    this.limit = limit;
  }

  @Override
  public Optional<Document> next() throws IOException {
    while (true) {
      if (current.isPresent()) {
        Optional<Document> document = current.get().next();
        if (document.isPresent()) {
          return document;
        }
        current.get().close();
        current = Optional.empty();
      }
      Optional<String> name = archives.next();
      if (name.isEmpty()) {
        return Optional.empty();
      }
      InputStream inner = Decompression.detect(archives.content());
      current = Optional.of(new TarDocuments(inner, name.get(), limit));
    }
  }

  @Override
  public void close() throws IOException {
    if (current.isPresent()) {
      current.get().close();
    }
    archives.close();
  }
}
