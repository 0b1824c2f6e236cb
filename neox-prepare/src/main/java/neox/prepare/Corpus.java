package neox.prepare;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.hub.RemoteFile;
import neox.prepare.CatalogEntry.Unpacked;

/// The text to be tokenized.
///
/// @param name of the directory and the files to be made
/// @param origin what the caller asked for, more exactly where that is possible
/// @param documents how many there should be, if somebody states it
record Corpus(String name, String origin, OptionalLong documents, List<Part> parts) {
  Corpus {
    parts = List.copyOf(parts);
  }

  /// A file, or a directory, of the corpus.
  sealed interface Part {
    record Local(Path path) implements Part {}

    /// A file somewhere on the network.
    ///
    /// @param name the file's own name, which says its format
    /// @param mirrors the same bytes at several addresses, the best first
    record Remote(String name, List<RemoteFile> mirrors, Optional<Unpacked> unpacked)
        implements Part {}
  }
}
