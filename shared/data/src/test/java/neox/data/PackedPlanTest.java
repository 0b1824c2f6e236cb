package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedPlanTest {
  @TempDir Path directory;

  @Test
  void writesTheFilesOfNeoxByteForByte() throws Exception {
    Path prefix = Golden.copy(Golden.CORPUS1, directory);
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        Arena arena = Arena.ofShared()) {
      int cases = 0;
      for (Map.Entry<String, JsonNode> entry : Golden.dataOrder().get("orders").properties()) {
        JsonNode order = entry.getValue();
        PackedPlan plan = plan(tokens, order);
        assertThat(plan.epochs()).isEqualTo(order.get("num_epochs").asLong());
        assertThat(plan.tokensPerEpoch()).isEqualTo(order.get("tokens_per_epoch").asLong());
        new IndexCache(arena, line -> {}).open(tokens, plan);
        String stem = prefix.getFileName() + "_" + IndexCache.fingerprint(tokens, plan);
        for (String part : new String[] {"doc", "sample", "shuffle"}) {
          Path ours = directory.resolve(".neox-cache/" + stem + "_" + part + "_idx.npy");
          Path theirs =
              Golden.ROOT.resolve("dataorder/" + entry.getKey() + "_" + part + "_idx.npy");
          assertThat(Files.mismatch(ours, theirs)).as(theirs.toString()).isEqualTo(-1);
        }
        cases++;
      }
      assertThat(cases).isEqualTo(4);
    }
  }

  @Test
  void samplesHoldTheTokensThatNeoxReads() throws Exception {
    try (IndexedTokens tokens = IndexedTokens.open(Golden.copy(Golden.CORPUS1, directory));
        Arena arena = Arena.ofShared()) {
      JsonNode orders = Golden.dataOrder().get("orders");
      for (JsonNode order : orders) {
        if (!order.get("first5_samples_tokens").isArray()) {
          continue;
        }
        PackedPlan plan = plan(tokens, order);
        SampleOrder index = new IndexCache(arena, line -> {}).open(tokens, plan);
        DocumentSamples samples =
            new DocumentSamples(
                Corpus.whole(tokens, Optional.empty()), index, plan.seqLength(), false);
        int[] out = new int[samples.length()];
        for (int i = 0; i < 5; i++) {
          samples.get(i, out);
          assertThat(out).containsExactly(ints(order.get("first5_samples_tokens").get(i)));
        }
      }
    }
  }

  @Test
  void neighbouringSamplesShareOneTokenAndCoverTheDocuments() throws Exception {
    int[][] documents = {{1, 2, 3}, {}, {4}, {5, 6, 7, 8, 9, 10, 11}, {12}, {13, 14}};
    Path prefix = Datasets.write(directory.resolve("d"), documents);
    try (IndexedTokens tokens = IndexedTokens.open(prefix);
        Arena arena = Arena.ofShared()) {
      for (int seqLength = 1; seqLength <= 13; seqLength++) {
        for (long requested = 0; requested < 40; requested += 13) {
          Corpus all = Corpus.whole(tokens, Optional.empty());
          PackedPlan plan = PackedPlan.of(all, seqLength, 3, OptionalLong.of(requested));
          SampleOrder index = new IndexCache(arena, line -> {}).open(tokens, plan);
          int[] stream = stream(tokens, index);
          for (long cut = 0; cut < plan.cuts(); cut++) {
            int[] expected =
                java.util.Arrays.copyOfRange(
                    stream, (int) cut * seqLength, (int) (cut + 1) * seqLength + 1);
            assertThat(cutTokens(tokens, index, cut, seqLength)).containsExactly(expected);
          }
        }
      }
    }
  }

  @Test
  void takesTheFewestEpochsThatGiveTheSamples() {
    for (long perEpoch = 1; perEpoch < 40; perEpoch++) {
      for (int seqLength = 1; seqLength < 12; seqLength++) {
        for (long requested = 0; requested < 30; requested++) {
          long epochs = 1;
          while ((epochs * perEpoch - 1) / seqLength < requested) {
            epochs++;
          }
          assertThat(PackedPlan.epochs(perEpoch, seqLength, requested)).isEqualTo(epochs);
        }
      }
    }
  }

  @Test
  void countsTwoBillionSamplesWithoutOverflow() {
    PackedPlan plan =
        new PackedPlan(new ItemRange(0, 210_000_000), 2048, 1234, 300_000_000_000L, 14);
    assertThat(plan.cuts()).isEqualTo(2_050_781_249L);
    assertThat(plan.documents()).isEqualTo(2_940_000_000L);
    assertThat(plan.sampleSpec().element()).isEqualTo(IntegerArray.Element.INT64);
    assertThat(plan.shuffleSpec().element()).isEqualTo(IntegerArray.Element.UINT32);
    PackedPlan wider =
        new PackedPlan(new ItemRange(0, 210_000_000), 2048, 1234, 300_000_000_000L, 30);
    assertThat(wider.shuffleSpec().element()).isEqualTo(IntegerArray.Element.INT64);
  }

  @Test
  void refusesDocumentsWithoutTokens() throws Exception {
    Path prefix = Datasets.write(directory.resolve("e"), new int[][] {{1}});
    try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
      assertThatThrownBy(() ->
              PackedPlan.of(
                  new Corpus(tokens, Optional.empty(), new ItemRange(1, 1)),
                  8,
                  1,
                  OptionalLong.of(1)))
          .isInstanceOf(UserException.class)
          .hasMessage(prefix + ": documents 1 to 1 hold no tokens");
    }
  }

  private static PackedPlan plan(IndexedTokens tokens, JsonNode order) {
    long from = order.get("documents").get(0).asLong();
    long to = order.get("documents").get(1).asLong();
    return PackedPlan.of(
        new Corpus(tokens, Optional.empty(), new ItemRange(from, to)),
        order.get("seq_length").asInt(),
        order.get("seed").asLong(),
        OptionalLong.of(order.get("num_samples_requested").asLong()));
  }

  private static int[] ints(JsonNode array) {
    int[] result = new int[array.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = array.get(i).asInt();
    }
    return result;
  }

  private static int[] stream(IndexedTokens tokens, SampleOrder index) {
    java.util.stream.IntStream.Builder all = java.util.stream.IntStream.builder();
    for (long i = 0; i < index.documents().length(); i++) {
      for (int token : tokens.item(index.documents().get(i))) {
        all.add(token);
      }
    }
    return all.build().toArray();
  }

  /// The tokens of an unshuffled cut, through the same code that training uses.
  private static int[] cutTokens(IndexedTokens tokens, SampleOrder index, long cut, int seqLength) {
    long i = 0;
    while (index.shuffle().get(i) != cut) {
      i++;
    }
    int[] out = new int[seqLength + 1];
    new DocumentSamples(Corpus.whole(tokens, Optional.empty()), index, seqLength, false)
        .get(i, out);
    return out;
  }
}
