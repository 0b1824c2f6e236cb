package neox.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexCacheTest {
  @TempDir Path directory;
  private final List<String> log = new ArrayList<>();

  @Test
  void findsWhatItBuiltEvenForAnotherNumberOfSamplesInTheSameEpochs() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    List<Long> built = shuffle(prefix, 250, 100);
    List<String> files = Golden.fileNames(directory.resolve(".neox-cache")).toList();
    assertThat(files).hasSize(4);
    assertThat(shuffle(prefix, 250, 150)).isEqualTo(built);
    assertThat(Golden.fileNames(directory.resolve(".neox-cache"))).isEqualTo(files);
    assertThat(log).isEmpty();
  }

  @Test
  void neverUsesTheOrderOfOtherDataOrAnotherSplit() throws Exception {
    Path prefix = directory.resolve("d");
    Datasets.write(prefix, new int[][] {new int[50], new int[30], new int[40]});
    List<Long> first = shuffle(prefix, 3, 1);
    Datasets.write(prefix, new int[][] {new int[70], new int[10], new int[90]});
    assertThat(shuffle(prefix, 3, 1)).isNotEqualTo(first);
    shuffle(prefix, 2, 1);
    assertThat(Golden.fileNames(directory.resolve(".neox-cache"))).hasSize(12);
  }

  @Test
  void rebuildsWhatDoesNotAgreeWithItsChecksum() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    List<Long> built = shuffle(prefix, 250, 100);
    Path cache = directory.resolve(".neox-cache");
    for (String name : Golden.fileNames(cache).toList()) {
      Path file = cache.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (byte[] damaged :
          List.of(new byte[whole.length], Arrays.copyOf(whole, whole.length - 4))) {
        log.clear();
        Files.write(file, damaged);
        assertThat(shuffle(prefix, 250, 100)).isEqualTo(built);
        assertThat(log).hasSize(1);
        assertThat(log.getFirst())
            .startsWith("warning: " + cache)
            .endsWith(
                "_crc32c.txt: the order of samples beside it does not agree: damaged, and built"
                    + " again");
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
      }
    }
  }

  @Test
  void neverUsesAnOrderWithoutChecksum() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    List<Long> built = shuffle(prefix, 250, 100);
    Path cache = directory.resolve(".neox-cache");
    for (String name : Golden.fileNames(cache).toList()) {
      Path file = cache.resolve(name);
      if (name.endsWith("_crc32c.txt")) {
        Files.delete(file);
      } else {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[whole.length]);
      }
    }
    assertThat(shuffle(prefix, 250, 100)).isEqualTo(built);
    assertThat(log).isEmpty();
  }

  @Test
  void keepsTheOrderInMemoryWhereNothingCanBeWritten() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    List<Long> cached = shuffle(prefix, 250, 100);
    Path readOnly = Files.createDirectory(directory.resolve("other"));
    Path copy = Golden.copy(Golden.CORPUS1, readOnly);
    Files.createFile(readOnly.resolve(".neox-cache")); // a file where the directory would be
    assertThat(shuffle(copy, 250, 100)).isEqualTo(cached);
    assertThat(log).singleElement().asString().endsWith("kept in memory");
  }

  private List<Long> shuffle(Path prefix, long items, long requested) throws IOException {
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        Arena arena = Arena.ofShared()) {
      ItemRange range = new ItemRange(0, items);
      Corpus corpus = new Corpus(tokens, Optional.empty(), range);
      PackedPlan plan = PackedPlan.of(corpus, 8, 1234, OptionalLong.of(requested));
      IntegerArray shuffle = new IndexCache(arena, log::add).open(tokens, plan).shuffle();
      return LongStream.range(0, shuffle.length()).map(shuffle::get).boxed().toList();
    }
  }
}
