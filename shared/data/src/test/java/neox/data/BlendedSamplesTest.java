package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.data.indexed.IndexedTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlendedSamplesTest {
  @TempDir Path directory;

  @Test
  void mixesInNeoxOrder() throws Exception {
    for (Map.Entry<String, JsonNode> entry : Golden.dataOrder().get("blends").properties()) {
      List<Double> weights = doubles(entry.getValue().get("weights"));
      long size = entry.getValue().get("size").asLong();
      List<TokenSamples> members =
          new ArrayList<>(Collections.nCopies(weights.size(), BatchSourceTest.numbers(0)));
      members.set(0, BatchSourceTest.numbers(size));
      try (Arena arena = Arena.ofConfined()) {
        BlendedSamples blend =
            BlendedSamples.of(members, normalized(weights), arena, BuildProgress.silent());
        IntegerArray member = golden(entry.getKey() + "_dataset_index", arena);
        IntegerArray sample = golden(entry.getKey() + "_dataset_sample_index", arena);
        assertThat(blend.count()).isEqualTo(size).isEqualTo(member.length());
        for (long i = 0; i < size; i++) {
          assertThat((long) blend.member(i)).isEqualTo(member.get(i));
          assertThat(blend.memberSample(i)).isEqualTo(sample.get(i));
        }
      }
    }
  }

  @Test
  void asksEachMemberForItsShareAndABitMore() throws Exception {
    for (JsonNode row : Golden.dataOrder().get("normalized_weights")) {
      List<Double> weights = doubles(row.get("weights"));
      long samples = row.get("num_samples").asLong();
      List<Double> shares = doubles(row.get("result").get(0));
      assertThat(normalized(weights))
          .containsExactly(shares.stream().mapToDouble(Double::doubleValue).toArray());
      Long[] expected = new Long[weights.size()];
      for (int d = 0; d < expected.length; d++) {
        expected[d] = row.get("result").get(1).get(d).asLong();
      }
      List<Long> requests =
          Arrays.stream(normalized(weights))
              .mapToObj(w -> BlendWeights.request(w, OptionalLong.of(samples)).getAsLong())
              .toList();
      assertThat(requests).containsExactly(expected);
    }
  }

  @Test
  void opensTheBlendThatNeoxOpened() throws Exception {
    Path one = Golden.copy(Golden.CORPUS1, directory);
    Path two = Golden.copy(Golden.CORPUS2, directory);
    NeoxConfig config =
        Configs.of(
            "train_data_paths=[" + one + "," + two + "]",
            "train_data_weights=[0.7,0.3]",
            "valid_data_paths=[" + one + "]",
            "test_data_paths=[" + two + "," + one + "]");
    try (RunSamples run = RunSamples.open(config, new SampleCounts(160, 48, 16), line -> {});
        Arena arena = Arena.ofShared();
        IndexedTokens tokens = IndexedTokens.open(Golden.CORPUS2)) {
      TokenSamples train = run.train().orElseThrow().samples();
      TokenSamples second =
          new NeoxIndexFiles(Golden.CORPUS2, "train_1", 49, 64, 1234)
              .open(tokens, 0, tokens.count(), arena)
              .orElseThrow();
      int[] ours = new int[65];
      int[] theirs = new int[65];
      for (int k = 0; k < 10; k++) { // the second corpus answers for samples 1, 4, 7, 11, …
        train.get(List.of(1, 4, 7, 11, 14, 17, 21, 24, 27, 31).get(k), ours);
        second.get(k, theirs);
        assertThat(ours).containsExactly(theirs);
      }
      assertThat(run.train().orElseThrow().describe())
          .containsExactly(
              "train: %s: 250 documents, 231,634 tokens an epoch, 0.03 epochs in this run, weight"
                      .formatted(one)
                  + " 0.70000, achieved 0.70006",
              "train: %s: 80 documents, 93,092 tokens an epoch, 0.03 epochs in this run, weight"
                      .formatted(two)
                  + " 0.30000, achieved 0.29994");
      assertThat(run.test().orElseThrow().members())
          .extracting(SplitSamples.Member::weight)
          .as("weights that are not given")
          .containsExactly(0.5, 0.5);
    }
  }

  @Test
  void weighsByTheNumbersOfDocumentsAsNeoxDoes() {
    assertThat(BlendWeights.ofDocuments(new long[] {7}, 0.3)).containsExactly(1);
    // The recorded run W1 asked these two for 50 and 111 of 160 samples.
    double[] weights = BlendWeights.ofDocuments(new long[] {250, 80}, 0.3);
    assertThat(BlendWeights.request(weights[0], OptionalLong.of(160))).hasValue(50);
    assertThat(BlendWeights.request(weights[1], OptionalLong.of(160))).hasValue(111);
    assertThat(BlendWeights.ofDocuments(new long[] {10, 1000}, 1)[0])
        .as("the parts q and 1 - q cancel out")
        .isCloseTo(0.5, within(1e-12)); // rounding
  }

  /// In one byte a sample has the number of its dataset, with stages and without.
  @Test
  void refusesMoreDatasetsThanAnOrderTellsApart() {
    try (Arena arena = Arena.ofConfined()) {
      double[] shares = new double[255];
      assertThatThrownBy(() -> BlendOrder.of(shares, 1, arena, BuildProgress.silent()))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "a blend has at most 254 datasets, found 255; join some with neox-preprocess merge");
    }
  }

  @Test
  void refusesNegativeWeights() {
    assertThatThrownBy(() -> BlendWeights.normalize(1, -1))
        .isInstanceOf(UserException.class)
        .hasMessage("blend weights must be positive, found [1.0, -1.0]");
  }

  private static double[] normalized(List<Double> weights) {
    return BlendWeights.normalize(weights.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static IntegerArray golden(String name, Arena arena) throws Exception {
    return NpyFile.open(Golden.ROOT.resolve("dataorder/" + name + ".npy"), arena).values();
  }

  private static List<Double> doubles(JsonNode array) {
    List<Double> result = new ArrayList<>();
    array.forEach(value -> result.add(value.asDouble()));
    return result;
  }
}
