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
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.TokenIndexFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// However a file is damaged: a run reads the same samples as before, or none, and says so in one
/// line that names the file.
class DamagedFilesTest {
  @TempDir Path directory;
  private final Mutations mutations = new Mutations(20);
  private final List<String> log = new ArrayList<>();
  private Path prefix;
  private byte[] other;

  @BeforeEach
  void write() throws IOException {
    int[][] documents = new int[20][];
    for (int d = 0; d < documents.length; d++) {
      documents[d] = new int[3 + d * 7 % 11];
      Arrays.setAll(documents[d], k -> 40_000 + k);
    }
    prefix = Datasets.write(directory.resolve("d"), documents);
    Datasets.write(directory.resolve("other"), new int[][] {{1}, {2, 3}, {4}});
    other = Files.readAllBytes(directory.resolve("other.idx"));
  }

  @Test
  void anIndexIsBelievedWholeOrNotAtAll() throws IOException {
    assertThat(damage(directory.resolve("d.idx"), 400)).isGreaterThan(300);
  }

  @Test
  void theIndexOfAnOlderLayoutIsReadWholeOrNotAtAll() throws IOException {
    Path old = TokenIndexFiles.cached(directory.resolve("old"), 3, 5, 2, 9);
    Path file = directory.resolve("old.idx");
    byte[] whole = Files.readAllBytes(file);
    List<Integer> sizes = TokenIndexFiles.sizes(old).orElseThrow();
    for (int n = 0; n < 300; n++) {
      Files.write(file, mutations.damage(whole, new byte[200]));
      try {
        assertThat(TokenIndexFiles.sizes(old)).contains(sizes);
      } catch (UserException e) {
        assertThat(e).hasMessageStartingWith(file + ": ").hasMessageMatching("\\V+");
      }
    }
  }

  @Test
  void tokensThatAreMoreOrFewerThanTheIndexSaysAreRefused() throws IOException {
    Path file = directory.resolve("d.bin");
    byte[] whole = Files.readAllBytes(file);
    for (int n = 0; n < 100; n++) {
      byte[] damaged = mutations.damage(whole, other);
      if (damaged.length != whole.length) {
        Files.write(file, damaged);
        assertThat(samples()).isEmpty();
      }
    }
  }

  @Test
  void aCachedOrderIsUsedAsItWasBuiltOrNotAtAll() throws IOException {
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        Arena arena = Arena.ofShared()) {
      Corpus corpus = Corpus.whole(tokens, Optional.empty());
      PackedPlan plan = PackedPlan.of(corpus, 8, 1, OptionalLong.of(50));
      OrderFiles files = new OrderFiles(directory.resolve("order"));
      files.write(plan, order -> plan.build(order, tokens, BuildProgress.silent()), arena);
      List<String> names =
          Golden.fileNames(directory).filter(name -> name.startsWith("order")).toList();
      assertThat(names).hasSize(4);
      for (int n = 0; n < 400; n++) {
        Path file = directory.resolve(names.get(n % names.size()));
        byte[] whole = Files.readAllBytes(file);
        byte[] damaged = mutations.damage(whole, other);
        Files.write(file, damaged);
        try {
          files.read(plan, arena);
          assertThat(damaged).isEqualTo(whole);
        } catch (UserException e) {
          assertThat(e)
              .hasMessage(
                  directory.resolve("order_crc32c.txt")
                      + ": the order of samples beside it does not agree");
        }
        Files.write(file, whole);
      }
    }
  }

  @Test
  void theIndexMapsOfGptNeoxAreThoseOfTheDataOrRefused() throws IOException {
    Path corpus = Golden.copy(Golden.CORPUS1, directory);
    NeoxIndexFiles files = new NeoxIndexFiles(corpus, "train", 320, 64, 1234);
    for (String part : List.of("doc", "sample", "shuffle")) {
      String name = files.stems().getFirst().getFileName() + "_" + part + "_idx.npy";
      Files.copy(Golden.CORPUS1.resolveSibling(name), directory.resolve(name));
    }
    for (String part : List.of("doc", "sample", "shuffle")) {
      Path file =
          directory.resolve(files.stems().getFirst().getFileName() + "_" + part + "_idx.npy");
      byte[] whole = Files.readAllBytes(file);
      for (int n = 0; n < 30; n++) {
        Files.write(file, mutations.damage(whole, other));
        compare(files);
      }
      Files.write(file, whole);
    }
  }

  private static void compare(NeoxIndexFiles files) throws IOException {
    try (IndexedTokens tokens = IndexedTokens.open(files.prefix());
        Arena arena = Arena.ofConfined()) {
      files.open(tokens, 0, 226, arena); // compares all of them with our own
    } catch (UserException e) {
      assertThat(e)
          .hasMessageStartingWith(files.prefix().toString())
          .hasMessageMatching("[\\x20-\\x7e]+");
    }
  }

  /// Damages a file again and again; returns how often the run was refused.
  private int damage(Path file, int times) throws IOException {
    Files.createFile(directory.resolve(".neox-cache")); // every order is built
    byte[] whole = Files.readAllBytes(file);
    List<List<Integer>> expected = samples().orElseThrow();
    int refused = 0;
    for (int n = 0; n < times; n++) {
      Files.write(file, mutations.damage(whole, other));
      Optional<List<List<Integer>>> samples = samples();
      refused += samples.isEmpty() ? 1 : 0;
      samples.ifPresent(list -> assertThat(list).isEqualTo(expected));
    }
    return refused;
  }

  /// All samples of a run; empty when it is refused in one line that names one of the files.
  private Optional<List<List<Integer>>> samples() throws IOException {
    try (RunSamples run =
        RunSamples.open(
            Configs.of("data_path=" + prefix, "split='1'", "seq_length=8", "train_iters=5"),
            log::add)) {
      TokenSamples train = run.train().orElseThrow().samples();
      List<List<Integer>> all = new ArrayList<>();
      int[] sample = new int[train.length()];
      for (long i = 0; i < train.count(); i++) {
        train.get(i, sample);
        all.add(Arrays.stream(sample).boxed().toList());
      }
      return Optional.of(all);
    } catch (UserException e) {
      assertThat(e).hasMessageStartingWith(prefix.toString()).hasMessageMatching("[\\x20-\\x7e]+");
      return Optional.empty();
    }
  }
}
