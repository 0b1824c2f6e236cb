package neox.preprocess.input;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Gathers documents into chunks, so that many small ones cost no more than long lines.
///
/// Holds about 256 KiB of documents, or one that is longer.
final class DocumentChunks implements ChunkSource {
  private static final long CHUNK_BYTES = 1 << 18;
  private static final long DOCUMENT_OVERHEAD_BYTES = 128;

  private final String file;
  private final DocumentSource documents;
  private Optional<IOException> failure = Optional.empty();
  private long handedOut;

  DocumentChunks(String file, DocumentSource documents) {
    this.file = file;
    this.documents = documents;
  }

  @Override
  public Optional<Chunk> next() throws IOException {
    if (failure.isPresent()) {
      throw failure.get();
    }
    List<Document> gathered = new ArrayList<>();
    try {
      long bytes = 0;
      while (bytes < CHUNK_BYTES) {
        Optional<Document> document = documents.next();
        if (document.isEmpty()) {
          break;
        }
        gathered.add(document.get());
        bytes += document.get().content().length + DOCUMENT_OVERHEAD_BYTES;
      }
    } catch (IOException e) {
      failure = Optional.of(e); // what came before it is good
      if (gathered.isEmpty()) {
        throw e;
      }
    }
    handedOut += gathered.size();
    return gathered.isEmpty() ? Optional.empty() : Optional.of(new Chunk.Documents(gathered));
  }

  @Override
  public Position position() {
    return new Position(file, "document " + handedOut);
  }

  @Override
  public void close() throws IOException {
    documents.close();
  }
}
