package neox.data.indexed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.UserException;

/// One dataset that takes part in a merge: its index, and the files that hold its tokens.
///
/// @param bins the `.bin` file, or the raw pieces of one, in order
record MergeSource(TokenIndex index, List<Path> bins) implements AutoCloseable {

  MergeSource {
    bins = List.copyOf(bins);
  }

  /// Opens a dataset whose `.bin` may be cut into `prefix-00000-of-00082.bin` and so on, as the
  /// data of Pythia is published. The lengths of the files are checked.
  static MergeSource open(Path prefix) throws IOException {
    TokenIndex index = TokenIndex.open(prefix);
    try {
      if (index.layout() != TokenIndex.Layout.MMAP) {
        throw UserException.of(
            "%s: written with --dataset-impl cached or lazy (TNTIDX format), which cannot be"
                + " merged; preprocess the corpus again with --dataset-impl mmap",
            index.file());
      }
      MergeSource source = new MergeSource(index, bins(prefix));
      source.checkLength();
      return source;
    } catch (IOException | RuntimeException e) {
      index.close();
      throw e;
    }
  }

  private static List<Path> bins(Path prefix) throws IOException {
    Path whole = IndexFormat.bin(prefix);
    if (Files.isRegularFile(whole)) {
      return List.of(whole);
    }
    List<Path> pieces = pieces(prefix);
    if (pieces.isEmpty()) {
      TokenIndex.requireFile(prefix, whole);
    }
    return pieces;
  }

  /// The pieces are numbered from 0 to the number that each of them names.
  private static List<Path> pieces(Path prefix) throws IOException {
    String name = prefix.getFileName().toString();
    Pattern pattern = Pattern.compile(Pattern.quote(name) + "-\\d{5}-of-(\\d{5})\\.bin");
    Path directory = Objects.requireNonNull(prefix.toAbsolutePath().getParent());
    List<String> ends;
    try (Stream<Path> siblings = Files.list(directory)) {
      ends =
          siblings
              .map(file -> pattern.matcher(file.getFileName().toString()))
              .filter(Matcher::matches)
              .map(matcher -> matcher.group(1))
              .distinct()
              .sorted()
              .toList();
    }
    if (ends.size() > 1) {
      throw UserException.of(
          "%s: pieces of two sets lie beside each other (-of-%s and -of-%s); keep one of them",
          prefix, ends.get(0), ends.get(1));
    }
    List<Path> pieces = new ArrayList<>();
    for (String end : ends) {
      for (int number = 0; number <= Integer.parseInt(end); number++) {
        Path piece = prefix.resolveSibling("%s-%05d-of-%s.bin".formatted(name, number, end));
        if (!Files.isRegularFile(piece)) {
          throw UserException.of(
              "%s: no such file, but other pieces of the same set are there", piece);
        }
        pieces.add(piece);
      }
    }
    return pieces;
  }

  private void checkLength() throws IOException {
    long length = 0;
    for (Path bin : bins) {
      length += Files.size(bin);
    }
    if (length != index.binBytes()) {
      String files = bins.size() == 1 ? bins.getFirst().toString() : index.prefix() + "-*-of-*.bin";
      throw UserException.of(
          "%s: %d bytes, but %s describes %d: the files do not belong together or one is cut"
              + " short",
          files, length, index.file(), index.binBytes());
    }
  }

  /// Whether the document index says nothing, as after a merge by GPT-NeoX: each item is then a
  /// document. Another index that leaves items out is damaged.
  boolean lacksDocuments() {
    long entries = index.documentEntries();
    if (index.items() > 0 && entries <= 1) {
      return true;
    }
    if (entries == 0 || index.documentEntry(entries - 1) != index.items()) {
      throw UserException.of(
          "%s: the document index ends at item %d of %d: damaged",
          index.file(), entries == 0 ? 0 : index.documentEntry(entries - 1), index.items());
    }
    return false;
  }

  long documents() {
    return lacksDocuments() ? index.items() : index.documentEntries() - 1;
  }

  @Override
  public void close() {
    index.close();
  }
}
