package neox.data;

import java.io.IOException;
import java.nio.file.Path;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;

/// Small datasets for tests.
public final class Datasets {
  public static Path write(Path prefix, int[][] documents) throws IOException {
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      for (int[] document : documents) {
        writer.addDocument(document, 0, document.length);
      }
      writer.commit();
    }
    return prefix;
  }

  private Datasets() {}
}
