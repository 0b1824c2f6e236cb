package neox.weights.hf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import neox.config.model.ModelConfig;
import neox.config.pipeline.PartitionMethod;
import neox.weights.DType;
import neox.weights.RandomNetwork;
import neox.weights.TensorStore;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointLayout;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.LayoutWriter;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Networks of random shapes, there and back.
class RoundTripTest {
  private static final long SEEDS = Long.getLong("neox.roundtrips", 16);

  @TempDir Path directory;

  /// NeoX → Hugging Face → NeoX, the latter on as many ranks as can share it.
  @Test
  void huggingFaceAndBackLeavesEveryBit() throws IOException {
    Map<DType, Integer> types = new EnumMap<>(DType.class);
    Set<String> families = new TreeSet<>();
    for (long seed = 100; seed < 100 + SEEDS; seed++) {
      RandomNetwork random = RandomNetwork.of(seed);
      NetworkSpec network = random.network();
      HfFamily family = HfFamily.of(network.config());
      assertThat(family.obstacles(network.config())).as("seed " + seed).isEmpty();
      Path there = Files.createTempDirectory(directory, "hf");
      HfDirectories.write(there, family, network, random.weights());
      Path back = Files.createTempDirectory(directory, "neox");
      try (HfModel hf = HfModel.open(there)) {
        assertThat(hf.config().withDims(network.config().dims()))
            .as("seed " + seed)
            .isEqualTo(network.config());
        write(back, network, hf, random.tensorRanks().getLast());
      }
      assertSame(back, network.config(), random.weights(), "seed " + seed);
      types.merge(random.dtype(), 1, Integer::sum);
      families.add(family.label());
    }
    assertThat(families).containsExactly("GPTNeoX", "Llama", "Mistral");
    assertThat(types).containsOnlyKeys(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
  }

  private static void write(Path target, NetworkSpec network, TensorStore weights, int ranks)
      throws IOException {
    CheckpointLayout layout = new CheckpointLayout(ranks, 0, PartitionMethod.BLOCKS);
    LayoutWriter.write(
        target,
        new CheckpointContent(
            CheckpointPart.whole(network),
            "HFTokenizer",
            0,
            0,
            layout.files(),
            CheckpointContent.existing(weights::view),
            Map.of(),
            Map.of()),
        layout);
  }

  private static void assertSame(Path target, ModelConfig model, TensorStore weights, String what)
      throws IOException {
    try (NeoxCheckpoint read = NeoxCheckpoint.open(target, OptionalLong.empty(), model)) {
      assertThat(read.names()).isEqualTo(weights.names());
      for (String name : weights.names()) {
        assertThat(read.dtype(name)).isEqualTo(weights.view(name).dtype());
        assertThat(read.view(name).bytes().mismatch(weights.view(name).bytes()))
            .as("%s: %s", what, name)
            .isEqualTo(-1);
      }
    }
  }
}
