package neox.hub.download;

import java.util.Optional;
import java.util.OptionalLong;
import neox.hub.Answer;
import neox.hub.Checksum;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/// How a server tells one state of a file from another.
///
/// @param tag the entity tag without quotes; empty when there is none or only a weak one
/// @param byHub whether a hub gave the tag: then it stands for the content, whoever serves it
/// @param lastModified as the server writes it
/// @param length of the whole file
record Identity(
    Optional<String> tag, boolean byHub, Optional<String> lastModified, OptionalLong length) {

  /// What a hub says while it redirects to its storage; nothing when it says nothing.
  static Optional<Identity> linked(Headers headers) {
    Optional<String> tag = strong(headers.get("X-Linked-ETag"));
    return tag.map(value ->
        new Identity(tag, true, Optional.empty(), Answer.number(headers.get("X-Linked-Size"))));
  }

  /// What the answer itself says.
  ///
  /// @param length of the whole file, as the answer gives it
  static Identity of(Headers headers, OptionalLong length) {
    return new Identity(
        strong(headers.get("ETag")),
        headers.get("X-Repo-Commit") != null,
        Optional.ofNullable(headers.get("Last-Modified")),
        length);
  }

  private static Optional<String> strong(@Nullable String header) {
    return Optional.ofNullable(header)
        .map(String::strip)
        .filter(value -> !value.startsWith("W/"))
        .map(value -> value.replace("\"", ""))
        .filter(value -> !value.isEmpty());
  }

  /// False when the two cannot be the same content.
  boolean mayBe(Identity other) {
    if (length.isPresent() && other.length.isPresent() && !length.equals(other.length)) {
      return false;
    }
    if (tag.isPresent() && other.tag.isPresent()) {
      return byHub != other.byHub || tag.equals(other.tag);
    }
    return lastModified.isEmpty()
        || other.lastModified.isEmpty()
        || lastModified.equals(other.lastModified);
  }

  /// The value of `If-Range`, which has the server send the whole file when it has changed.
  Optional<String> ifRange() {
    return tag.map(value -> "\"" + value + "\"").or(() -> lastModified);
  }

  /// The sum that the hub's tag is.
  Optional<Checksum> checksum() {
    return byHub ? tag.flatMap(Checksum::ofHubTag) : Optional.empty();
  }

  /// With the length that is known otherwise, when the server gives none.
  Identity withLength(OptionalLong known) {
    return length.isPresent() ? this : new Identity(tag, byHub, lastModified, known);
  }
}
