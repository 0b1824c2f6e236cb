package neox.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.hub.Checksum;
import neox.hub.download.Download;
import neox.prepare.CatalogEntry.CatalogFile;

/// GPT-2's vocabulary and merges in the data directory, fetched when they are not there.
record Gpt2Vocabulary(Path directory, Catalog catalog, CorpusFinder finder, Download download) {
  static final String VOCAB = "gpt2-vocab.json";
  static final String MERGES = "gpt2-merges.txt";

  /// The file, whose content is the right one; a failed download of another tool may have left an
  /// empty one.
  Path file(String name, Console console) throws IOException, InterruptedException {
    Path file = directory.resolve(name);
    CatalogFile known = catalog.gpt2(name);
    Optional<Checksum> sum = known.checksum();
    if (Files.exists(file) && Files.size(file) > 0) {
      if (sum.isPresent() && !sum.get().fits(file)) {
        throw UserException.of(
            "%s: this is not GPT-2's file; remove it to have it fetched, or name your own with -v"
                + " and -m",
            file);
      }
      return file;
    }
    download.toFile(finder.part(known).mirrors(), file);
    console.info("fetched %s", file);
    return file;
  }
}
