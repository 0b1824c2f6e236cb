package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `pack_impl` unpacked and pack_until_overflow.
class WholeDocumentsTest {
  private static final Path GOLDEN = Golden.ROOT.resolve("packing");
  private static final int SEQ = 64;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "lab, train_0, 161, 1234, unpacked",
    "lab2, valid_0, 49, 1234, unpacked",
    "lab2, test_0, 17, 1234, unpacked",
    "lab, train_0, 161, 1234, unpacked_ac",
    "lab2, valid_0, 49, 1234, unpacked_ac",
    "lab2, test_0, 17, 1234, unpacked_ac",
    "lab, train_0, 161, 1234, pack_until_overflow_ac",
    "lab, train_0, 161, 1235, pack_until_overflow_ac",
    "lab2, valid_0, 49, 1235, pack_until_overflow_ac",
    "lab2, test_0, 17, 1235, pack_until_overflow_ac",
    "lab, train_0, 161, 1, pack_until_overflow_ac",
    "lab2, valid_0, 49, 1, pack_until_overflow_ac",
    "lab2, test_0, 17, 1, pack_until_overflow_ac",
    "lab, train_0, 161, 12, pack_until_overflow",
    "lab2, valid_0, 49, 12, pack_until_overflow",
    "lab2, test_0, 17, 12, pack_until_overflow",
  })
  void writesTheFilesOfNeoxByteForByte(
      String data, String split, long samples, long seed, String kind) throws Exception {
    Path prefix = copy(data + "_text_document");
    boolean chopped = kind.endsWith("_ac");
    String packing = kind.replace("_ac", "");
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        IndexedTokens labels = IndexedTokens.open(GOLDEN.resolve(data + "_label_document"));
        Arena arena = Arena.ofShared()) {
      boolean labelled = seed != 1235; // the recorded run of that seed had none
      Corpus corpus = Corpus.whole(tokens, labelled ? Optional.of(labels) : Optional.empty());
      OrderPlan plan = plan(corpus, samples, seed, packing, chopped, arena);
      new IndexCache(arena, line -> {}).open(tokens, plan);
      String ours = prefix.getFileName() + "_" + IndexCache.fingerprint(tokens, plan);
      String theirs =
          "%s_%s_indexmap_%dns_%dsl_%ds_%spi%s"
              .formatted(
                  prefix.getFileName(), split, samples, SEQ, seed, packing, chopped ? "_ac" : "");
      for (String part : List.of("doc", "sample", "shuffle")) {
        Path expected = GOLDEN.resolve(theirs + "_" + part + "_idx.npy");
        Path actual = directory.resolve(".neox-cache/" + ours + "_" + part + "_idx.npy");
        assertThat(Files.mismatch(actual, expected)).as(expected.toString()).isEqualTo(-1);
      }
    }
  }

  @Test
  void theCacheDistinguishesPackingLabelsAndChopping() throws Exception {
    Path prefix = copy("lab_text_document");
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        IndexedTokens labels = IndexedTokens.open(GOLDEN.resolve("lab_label_document"));
        Arena arena = Arena.ofShared()) {
      Corpus plain = Corpus.whole(tokens, Optional.empty());
      Corpus labelled = Corpus.whole(tokens, Optional.of(labels));
      List<OrderPlan> plans =
          List.of(
              plan(plain, 100, 1, "unpacked", true, arena),
              plan(plain, 100, 1, "unpacked", false, arena),
              plan(labelled, 100, 1, "unpacked", true, arena),
              plan(plain, 101, 1, "unpacked", true, arena),
              plan(plain, 100, 2, "unpacked", true, arena),
              plan(plain, 100, 1, "pack_until_overflow", true, arena),
              plan(plain, 100, 1, "pack_until_overflow", false, arena),
              plan(labelled, 100, 1, "pack_until_overflow", true, arena));
      assertThat(plans.stream().map(plan -> IndexCache.fingerprint(tokens, plan)))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void padsWhatIsShortAndMasksThePadding() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1, 2}, {3, 4, 5, 6, 7, 8}});
    try (RunSamples run = run(prefix, "unpacked", 1, 5)) {
      TokenSamples samples = run.train().orElseThrow().samples();
      assertThat(samples.hasLabels()).isTrue();
      for (long i = 0; i < samples.count(); i++) {
        int[] out = new int[5];
        int[] labels = new int[5];
        samples.get(i, out);
        samples.labels(i, labels);
        if (samples.pieces(i).getFirst().document() == 0) {
          assertThat(out).as("and the first token of the next").containsExactly(1, 2, 3, 0, 0);
          assertThat(labels).containsExactly(1, 2, 3, -100, -100);
        } else {
          assertThat(out).containsExactly(3, 4, 5, 6, 7);
          assertThat(labels).containsExactly(out);
        }
      }
      assertThat(samples.count()).isEqualTo(4);
    }
  }

  @Test
  void fillsSamplesWithWholeDocuments() throws Exception {
    int[][] documents = {{1}, {2, 2}, {3, 3, 3}, {4, 4, 4, 4}, {5, 5, 5, 5, 5}, {6, 6, 6, 6, 6, 6}};
    Path prefix = Datasets.write(directory.resolve("d"), documents);
    try (RunSamples run = run(prefix, "pack_until_overflow", 1, 200)) {
      TokenSamples samples = run.train().orElseThrow().samples();
      int[] out = new int[5];
      for (long i = 0; i < samples.count(); i++) {
        samples.get(i, out);
        int at = 0;
        while (at < 5 && out[at] != 0) {
          int document = out[at] - 1;
          int whole = Math.min(documents[document].length, 5 - at);
          boolean stray = at > 0 && whole < documents[document].length;
          whole = stray ? 1 : whole; // NeoX compat: one token of the document that did not fit
          for (int end = at + whole; at < end; at++) {
            assertThat(out[at]).isEqualTo(document + 1);
          }
          if (stray) {
            break;
          }
        }
      }
    }
  }

  @Test
  void readsTheValidationDocumentsInValidationUnlikeNeox() throws Exception {
    Path prefix = copy("lab_text_document");
    for (String packing : List.of("unpacked", "pack_until_overflow")) {
      NeoxConfig config =
          Configs.of("data_path=" + prefix, "split='5,3,2'", "pack_impl=" + packing);
      try (RunSamples run = RunSamples.open(config, new SampleCounts(200, 200, 200), line -> {})) {
        assertThat(documents(run.train())).containsExactly(LongStream.range(0, 60).toArray());
        assertThat(documents(run.valid())).containsExactly(LongStream.range(60, 96).toArray());
        assertThat(documents(run.test())).containsExactly(LongStream.range(96, 120).toArray());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"packed", "unpacked", "pack_until_overflow"})
  void opensASplitOfWhichNothingIsAsked(String packing) throws Exception {
    Path prefix = copy("lab2_text_document");
    NeoxConfig config = Configs.of("data_path=" + prefix, "split='1,1,1'", "pack_impl=" + packing);
    for (int time = 0; time < 2; time++) { // built, then from the cache
      try (RunSamples run = RunSamples.open(config, new SampleCounts(9, 0, 0), line -> {})) {
        assertThat(run.train().orElseThrow().samples().count()).isGreaterThanOrEqualTo(8);
        assertThat(run.valid().orElseThrow().requested()).isZero();
      }
    }
  }

  @Test
  void everySampleOfEverySeedCanBeRead() throws Exception {
    Path prefix = copy("lab2_text_document");
    Files.createFile(directory.resolve(".neox-cache")); // so that nothing is cached
    for (int seed = 1; seed < 60; seed++) {
      NeoxConfig config =
          Configs.of(
              "data_path=" + prefix,
              "split='1'",
              "pack_impl=pack_until_overflow",
              "allow_chopped=false",
              "seed=" + seed);
      try (RunSamples run = RunSamples.open(config, new SampleCounts(30, 0, 0), line -> {})) {
        TokenSamples samples = run.train().orElseThrow().samples();
        int[] out = new int[SEQ + 1];
        for (long i = 0; i < 40; i++) {
          assertThat(samples.pieces(i)).isNotEmpty();
          samples.get(i, out);
        }
      }
    }
  }

  @Test
  void saysWhenNoDocumentCanBeUsed() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1, 2, 3, 4, 5, 6}, {1, 2}});
    Path labels = directory.resolve("l");
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(labels, TokenWidth.INT32)) {
      writer.addDocument(new int[] {1, 2, 3, 4, 5, 6}, 0, 6);
      writer.addDocument(new int[] {-100, -100}, 0, 2);
      writer.commit();
    }
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        IndexedTokens labelTokens = IndexedTokens.open(labels);
        Arena arena = Arena.ofShared()) {
      Corpus corpus = Corpus.whole(tokens, Optional.of(labelTokens));
      assertThatThrownBy(() -> EligibleDocuments.of(corpus, UnpackedPlan.rule(4, false), arena))
          .isInstanceOf(UserException.class)
          .hasMessage(
              prefix
                  + ": no sample can be made: of 2 documents, 1 have more than 5 tokens (see"
                  + " allow_chopped) and 1 have no label among their first 4 tokens");
    }
  }

  @Test
  void refusesLabelsOfOtherDocuments() throws Exception {
    Path text = Datasets.write(directory.resolve("t"), new int[][] {{1, 2, 3}, {4, 5}});
    Path fewer = Datasets.write(directory.resolve("a"), new int[][] {{1, 2, 3}});
    Path shorter = Datasets.write(directory.resolve("b"), new int[][] {{1, 2, 3}, {4}});
    assertThatThrownBy(() -> labelled(text, fewer))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s: 1 documents, but %s has 2; labels are the text with some tokens made negative",
            fewer, text);
    assertThatThrownBy(() -> labelled(text, shorter))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s: document 1 has 1 tokens, but 2 in %s; labels are the text with some tokens made"
                + " negative",
            shorter, text);
  }

  private static void labelled(Path text, Path labels) throws Exception {
    NeoxConfig config =
        Configs.of(
            "train_data_paths=[" + text + "]",
            "valid_data_paths=[" + text + "]",
            "test_data_paths=[" + text + "]",
            "train_label_data_paths=[" + labels + "]",
            "valid_label_data_paths=[" + labels + "]",
            "test_label_data_paths=[" + labels + "]");
    RunSamples.open(config, line -> {}).close();
  }

  private static long[] documents(Optional<SplitSamples> split) {
    TokenSamples samples = split.orElseThrow().samples();
    return LongStream.range(0, samples.count())
        .flatMap(i -> samples.pieces(i).stream().mapToLong(SamplePiece::document))
        .distinct()
        .sorted()
        .toArray();
  }

  private static RunSamples run(Path prefix, String packing, int seed, long samples)
      throws Exception {
    NeoxConfig config =
        Configs.of(
            "data_path=" + prefix,
            "split='1'",
            "seq_length=4",
            "seed=" + seed,
            "pack_impl=" + packing);
    return RunSamples.open(config, new SampleCounts(samples, 0, 0), line -> {});
  }

  private static OrderPlan plan(
      Corpus corpus, long samples, long seed, String packing, boolean chopped, Arena arena) {
    if (packing.equals("unpacked")) {
      EligibleDocuments eligible =
          EligibleDocuments.of(corpus, UnpackedPlan.rule(SEQ, chopped), arena);
      return new UnpackedPlan(corpus.items(), SEQ, seed, samples, samples, eligible);
    }
    EligibleDocuments eligible =
        EligibleDocuments.of(corpus, OverflowPlan.rule(SEQ, chopped), arena);
    return OverflowPlan.of(corpus, SEQ, seed, samples, eligible);
  }

  private Path copy(String name) throws Exception {
    return Golden.copy(GOLDEN.resolve(name), directory);
  }
}
