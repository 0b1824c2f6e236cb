package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.model.Activation;
import neox.config.model.GmlpConfig;
import neox.config.model.ModelConfig;
import neox.config.pipeline.PartitionMethod;
import neox.weights.CountedWeights;
import neox.weights.Models;
import neox.weights.RandomNetwork;
import neox.weights.TensorStore;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutWriterTest {
  private static final long SEEDS = Long.getLong("neox.roundtrips", 8);

  @TempDir Path directory;

  /// Every rank's files, at any layout, are those that the ranks of such a run write.
  @ParameterizedTest
  @CsvSource({"1, 0", "1, 1", "2, 0", "2, 1", "1, 3", "4, 2"})
  void writesWhatTheRanksOfARunWrite(int tensorRanks, int pipeParallelSize) throws IOException {
    ModelConfig llama = Models.llama();
    for (ModelConfig model :
        List.of(Models.pythia(), Models.gpt3(), llama.withDims(llama.dims().withKvHeads(4)))) {
      NetworkSpec network = NetworkSpec.of(model, 512);
      Path target = Files.createTempDirectory(directory, "target");
      CheckpointLayout layout = layout(tensorRanks, pipeParallelSize);
      try (TensorStore weights = new CountedWeights(network)) {
        write(target, network, weights, layout);
        assertSame(target, network, weights);
      }
      assertThat(names(target).stream().filter(name -> name.endsWith(".pt")))
          .hasSize(files(network, layout));
    }
  }

  /// A file for each layer that stores something and each tensor-parallel rank, and one for each
  /// rank.
  private static int files(NetworkSpec network, CheckpointLayout layout) {
    long layers =
        switch (layout.files()) {
          case FILE_PER_RANK -> 0;
          case FILE_PER_LAYER ->
              network.layers().stream().filter(layer -> !layer.stored().isEmpty()).count();
        };
    return Math.toIntExact((layers + layout.stages()) * layout.tensorRanks());
  }

  /// tp1 → tp2 → tp4 → tp1, on 0, 1, 2 … stages in between: at the end the files are those of the
  /// beginning, byte for byte.
  @Test
  void layoutsOneAfterTheOtherLeaveEveryBit() throws IOException {
    int transitions = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomNetwork random = RandomNetwork.of(seed);
      Path first = Files.createTempDirectory(directory, "first");
      write(first, random.network(), random.weights(), CheckpointLayout.WHOLE);
      Path before = first;
      for (int ranks : random.tensorRanks()) {
        for (int stages = 0; stages <= 3; stages++) {
          CheckpointLayout layout = layout(ranks, stages);
          if (layout.misfits(random.network()).isEmpty()) {
            before = rewritten(before, random.network(), layout);
            transitions++;
          }
        }
      }
      Path last = rewritten(before, random.network(), CheckpointLayout.WHOLE);
      assertSameFiles(first, last, "seed " + seed);
      assertSame(last, random.network(), random.weights());
    }
    assertThat(transitions).isGreaterThan(Math.toIntExact(4 * SEEDS));
  }

  private Path rewritten(Path from, NetworkSpec network, CheckpointLayout layout)
      throws IOException {
    Path target = Files.createTempDirectory(directory, "next");
    try (NeoxCheckpoint read = NeoxCheckpoint.open(from, OptionalLong.empty(), network.config())) {
      write(target, network, read, layout);
    }
    return target;
  }

  @Test
  void saysEveryReasonWhyANetworkDoesNotFit() {
    NetworkSpec llama = NetworkSpec.of(Models.llama(), 500);
    assertThatThrownBy(() -> layout(8, 7).requireFits(llama))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "model_parallel_size 8, pipe_parallel_size 7: 8 tensor-parallel ranks do not divide"
                + " num_attention_heads (4); 8 tensor-parallel ranks do not divide num_kv_heads (2);"
                + " 8 tensor-parallel ranks do not divide the rows of the vocabulary (500); its 3"
                + " layers do not fill 7 pipeline stages");
    NetworkSpec narrow = NetworkSpec.of(Models.pythia(63), 512);
    assertThatThrownBy(() -> layout(2, 1).requireFits(narrow))
        .hasMessage(
            "model_parallel_size 2, pipe_parallel_size 1: 2 tensor-parallel ranks do not divide the"
                + " MLP's width (63)");
  }

  @Test
  void refusesToCutWhatRanksComputeOtherwise() {
    ModelConfig normed =
        Models.pythia().withTransformers(b -> b.withAttention(b.attention().withNormed(true)));
    assertThatThrownBy(() -> layout(2, 0).requireFits(NetworkSpec.of(normed, 512)))
        .hasMessage(
            "model_parallel_size 2, pipe_parallel_size 0: use_qk_layernorm with norm layernorm takes"
                + " all heads of a rank together, another formula for each number of ranks");
    GmlpConfig gmlp = new GmlpConfig(Activation.GELU, false, OptionalInt.empty(), false);
    ModelConfig gmlps = Models.pythia().withBlocks(Collections.nCopies(3, gmlp));
    assertThatThrownBy(() -> layout(2, 0).requireFits(NetworkSpec.of(gmlps, 512)))
        .hasMessageEndingWith(": gmlp and amlp blocks are not cut over tensor-parallel ranks");
  }

  private static CheckpointLayout layout(int tensorRanks, int pipeParallelSize) {
    return new CheckpointLayout(tensorRanks, pipeParallelSize, PartitionMethod.BLOCKS);
  }

  static void write(Path target, NetworkSpec network, TensorStore weights, CheckpointLayout layout)
      throws IOException {
    CheckpointContent whole =
        new CheckpointContent(
            CheckpointPart.whole(network),
            "HFTokenizer",
            3,
            24,
            Layout.FILE_PER_LAYER,
            CheckpointContent.existing(weights::view),
            Map.of(),
            Map.of("a.yml", "x: 1\n"));
    LayoutWriter.write(target, whole, layout);
  }

  private static void assertSame(Path target, NetworkSpec network, TensorStore weights)
      throws IOException {
    try (NeoxCheckpoint read =
        NeoxCheckpoint.open(target, OptionalLong.empty(), network.config())) {
      assertThat(read.names()).isEqualTo(weights.names());
      for (String name : weights.names()) {
        assertThat(read.view(name).bytes().mismatch(weights.view(name).bytes()))
            .as(name)
            .isEqualTo(-1);
      }
    }
  }

  private static void assertSameFiles(Path first, Path last, String what) throws IOException {
    Map<String, byte[]> expected = contents(first);
    Map<String, byte[]> found = contents(last);
    assertThat(found.keySet()).as(what).isEqualTo(expected.keySet());
    found.forEach(
        (name, bytes) -> assertThat(bytes).as("%s: %s", what, name).isEqualTo(expected.get(name)));
  }

  private static Map<String, byte[]> contents(Path root) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String name : names(root)) {
      contents.put(name, Files.readAllBytes(root.resolve(name)));
    }
    return contents;
  }

  private static List<String> names(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }
}
