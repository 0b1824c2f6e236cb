package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A tar stream whose files are zstd streams of JSON lines.
final class TarLines implements ChunkSource {
  private final String archive;
  private final RowLimit limit;
  private final TarMembers members;
  private Optional<LineChunks> current = Optional.empty();

  TarLines(InputStream tar, String archive, RowLimit limit) {
    this.archive = archive;
    this.limit = limit;
    this.members = new TarMembers(tar, archive);
  }

  @Override
  public Optional<Chunk> next() throws IOException {
    while (true) {
      if (current.isPresent()) {
        Optional<Chunk> chunk = current.get().next();
        if (chunk.isPresent()) {
          return chunk;
        }
        current.get().close();
        current = Optional.empty();
      }
      Optional<String> name = members.next();
      if (name.isEmpty()) {
        return Optional.empty();
      }
      InputStream lines = Decompression.zstd(members.content());
      current = Optional.of(new LineChunks(lines, name.get(), Chunk.LineForm.JSON, limit));
    }
  }

  @Override
  public Position position() {
    return current.map(LineChunks::position).orElse(new Position(archive, "its last whole member"));
  }

  @Override
  public void close() throws IOException {
    if (current.isPresent()) {
      current.get().close();
    }
    members.close();
  }
}
