package neox.prepare;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.hub.Checksum;

/// A data set that GPT-NeoX knows by name.
///
/// @param directory the name of its directory and of its files
/// @param about what it is, in a few words
/// @param documents how many, if somebody states it
/// @param statedSize its size in the words of `statedBy`; nothing is checked against it
/// @param statedBy where the figures come from
record CatalogEntry(
    String name,
    String directory,
    String about,
    Optional<String> homepage,
    Optional<String> licence,
    OptionalLong documents,
    Optional<String> statedSize,
    Optional<String> statedBy,
    State state) {

  /// Whether it can still be had.
  sealed interface State {
    /// It can be downloaded.
    ///
    /// @param files in the order of the corpus
    record Available(List<CatalogFile> files) implements State {}

    /// It can no longer be had, or must not be.
    ///
    /// @param reason what happened to it
    /// @param instead what to use
    record Withdrawn(String reason, String instead) implements State {}
  }

  /// A file of it.
  ///
  /// @param mirrors addresses of the same bytes, the best first: `http(s)://` or `hf://`
  /// @param checksum of the file, where somebody vouches for it
  /// @param unpacked what an archive's one member must be
  record CatalogFile(
      List<String> mirrors, Optional<Checksum> checksum, Optional<Unpacked> unpacked) {
    CatalogFile {
      mirrors = List.copyOf(mirrors);
    }
  }

  /// The content of an archive's one member.
  record Unpacked(long bytes, String sha1) {}
}
