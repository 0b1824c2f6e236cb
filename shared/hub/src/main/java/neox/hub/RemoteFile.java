package neox.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import okhttp3.HttpUrl;

/// A file somewhere on the network, and what is known of it beforehand.
///
/// @param name how messages call it
/// @param size in bytes, when somebody other than the server vouches for it
/// @param checksum of the content; a git blob's needs the size
public record RemoteFile(String name, URI address, OptionalLong size, Optional<Checksum> checksum) {

  public RemoteFile {
    if (HttpUrl.get(address) == null) {
      throw UserException.of("%s: expected an address http(s)://host/path", name);
    }
    if (address.getRawUserInfo() != null) {
      throw UserException.of(
          "%s: the address names a user; a password does not belong into an address", name);
    }
    if (size.isEmpty() && checksum.filter(c -> c.kind() == Checksum.Kind.GIT_BLOB).isPresent()) {
      throw new IllegalArgumentException("the sum of a git blob depends on its size");
    }
  }

  /// A file of which nothing is known but where it is.
  public static RemoteFile at(URI address) {
    String path = address.getPath() == null ? "" : address.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return new RemoteFile(
        name.isEmpty() ? address.getHost() + path : name,
        address,
        OptionalLong.empty(),
        Optional.empty());
  }

  /// Whether a file here has its size, as far as that is known.
  public boolean hasSizeOf(Path file) throws IOException {
    return size.isEmpty() || size.getAsLong() == Files.size(file);
  }

  public HttpUrl url() {
    return HttpUrl.get(address.toString());
  }

  /// The address without its query, which may hold a secret.
  public String publicAddress() {
    return url().newBuilder().query(null).fragment(null).build().toString();
  }
}
