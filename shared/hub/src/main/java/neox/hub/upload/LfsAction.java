package neox.hub.upload;

import java.util.List;
import java.util.Optional;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/// What the hub says is to be done to have a large file in its storage.
sealed interface LfsAction {
  /// Nothing: it is there.
  record Stored() implements LfsAction {}

  /// Send it in one piece.
  ///
  /// @param verify where to have the storage confirmed, if the hub wants that
  record Whole(HttpUrl address, Headers headers, Optional<HttpUrl> verify) implements LfsAction {}

  /// Send it in parts and have them joined.
  ///
  /// @param partBytes of every part but perhaps the last
  /// @param addresses of the parts, in their order
  /// @param join where to have the parts joined
  /// @param verify as for one piece
  record Parts(long partBytes, List<HttpUrl> addresses, HttpUrl join, Optional<HttpUrl> verify)
      implements LfsAction {
    /// How object stores call the upload that a part belongs to.
    private static final String UPLOAD = "uploadId";

    public Parts {
      addresses = List.copyOf(addresses);
    }

    /// Whether the other's addresses take parts of the same upload, so that what has arrived there
    /// counts here.
    boolean isSameUpload(Parts other) {
      String upload = addresses.getFirst().queryParameter(UPLOAD);
      return upload != null
          && upload.equals(other.addresses.getFirst().queryParameter(UPLOAD))
          && fits(other);
    }

    /// Whether the other cuts the file in the same way.
    boolean fits(Parts other) {
      return partBytes == other.partBytes && addresses.size() == other.addresses.size();
    }

    /// How many bytes part `number`, counted from 1, has.
    long length(int number, long fileBytes) {
      return Math.min(partBytes, fileBytes - (number - 1) * partBytes);
    }
  }
}
