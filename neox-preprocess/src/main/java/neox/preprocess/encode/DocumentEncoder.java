package neox.preprocess.encode;

import java.util.List;

/// Makes one document of each dataset out of a row. One worker's own; not thread-safe.
public interface DocumentEncoder {
  /// Appends the documents of a JSON row; returns how many of them mending has emptied.
  int row(byte[] json, int from, int to, List<EncodedChunk.Documents> datasets) throws BadRow;

  /// The same for a text that is no JSON.
  int text(byte[] bytes, int from, int to, List<EncodedChunk.Documents> datasets) throws BadRow;
}
