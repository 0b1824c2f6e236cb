package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.HfModel;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Adapters become whole weights, of NeoX and of Hugging Face.
class AdaptersTest {
  private static final Path BASE =
      Path.of("../shared/weights/src/test/resources/golden/checkpoints/A0_nopipe/global_step0");
  private static final String KEY = "2.attention.query_key_value";
  private static final int RANK = 2;
  private static final double SCALE = 3;

  @TempDir Path directory;
  private final Map<String, float[]> drawn = new HashMap<>();

  private Path adapters() throws IOException {
    Path adapters = Files.createDirectories(directory.resolve("adapters/global_step7"));
    Path added =
        Files.writeString(
            directory.resolve("lora.yml"),
            "lora:\n  rank: 2\n  alpha: 6.0\ninit_from: " + BASE.toAbsolutePath() + "\n");
    LoadedConfig loaded =
        ConfigLoader.readModel(ConfigSource.of(BASE.resolve("configs/config.yml"), added));
    NeoxConfig config = loaded.config();
    try (NeoxCheckpoint plain = NeoxCheckpoint.open(BASE, OptionalLong.empty())) {
      NetworkSpec spec = NetworkSpec.of(config.model(), plain.paddedVocab(), config.tuning());
      NeoxCheckpointWriter.write(
          adapters,
          new CheckpointContent(
              CheckpointPart.whole(spec),
              config.tokenizer().type(),
              7,
              0,
              Layout.FILE_PER_RANK,
              CheckpointContent.existing(key -> view(spec, key)),
              Map.of(),
              loaded.checkpointFiles()));
    }
    return adapters;
  }

  private TensorView view(NetworkSpec spec, String key) {
    ParameterSpec parameter =
        spec.parameters().stream().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
    Shape shape = parameter.shape();
    float[] values = new float[Math.toIntExact(shape.count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i + key.length());
    }
    drawn.put(key, values);
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, shape.count());
    bytes.copyFrom(MemorySegment.ofArray(values));
    return new TensorView(DType.FLOAT32, shape, bytes);
  }

  private static void convert(Path from, Path to, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--input-dir",
                from.toString(),
                "--output-dir",
                to.toString(),
                "--no-save-tokenizer"));
    arguments.addAll(List.of(more));
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    int code =
        Tool.run(
            new ConvertCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            nowhere,
            nowhere);
    assertThat(code).isEqualTo(ExitCode.OK);
  }

  @Test
  void areMergedIntoAPlainCheckpointAndIntoHuggingFace() throws IOException {
    Path adapters = adapters();
    assertThat(Files.size(adapters.resolve("mp_rank_00_model_states.pt")))
        .isLessThan(Files.size(BASE.resolve("mp_rank_00_model_states.pt")) / 4);
    convert(adapters, directory.resolve("plain"), "--format", "neox");
    convert(directory.resolve("adapters/global_step7"), directory.resolve("hf"));
    convert(directory.resolve("plain"), directory.resolve("hf-of-plain"));
    try (NeoxCheckpoint base = NeoxCheckpoint.open(BASE, OptionalLong.empty());
        NeoxCheckpoint plain =
            NeoxCheckpoint.open(directory.resolve("plain"), OptionalLong.empty());
        HfModel hf = HfModel.open(directory.resolve("hf"));
        HfModel hfOfPlain = HfModel.open(directory.resolve("hf-of-plain"))) {
      assertThat(plain.names()).isEqualTo(base.names());
      assertThat(plain.iteration()).isEqualTo(7);
      assertSame(plain, hf);
      assertSame(plain, hfOfPlain);
      for (String name : base.names()) {
        if (!name.endsWith(KEY.substring(1) + ".weight")) {
          assertThat(floats(plain, name)).as(name).isEqualTo(floats(base, name));
        }
      }
      assertMerged(floats(base, KEY + ".weight"), floats(plain, KEY + ".weight"));
    }
  }

  /// W + scale · B A, in doubles.
  private void assertMerged(float[] base, float[] merged) {
    float[] a = Objects.requireNonNull(drawn.get(KEY + ".lora_A.weight"));
    float[] b = Objects.requireNonNull(drawn.get(KEY + ".lora_B.weight"));
    int columns = a.length / RANK;
    for (int i = 0; i < merged.length; i++) {
      double sum = base[i];
      for (int k = 0; k < RANK; k++) {
        sum += SCALE * b[i / columns * RANK + k] * a[k * columns + i % columns];
      }
      assertThat((double) merged[i]).isCloseTo(sum, within(1e-6 * (1 + Math.abs(sum))));
    }
  }

  private static void assertSame(TensorStore a, TensorStore b) {
    assertThat(b.names()).isEqualTo(a.names());
    for (String name : a.names()) {
      assertThat(floats(b, name)).as(name).isEqualTo(floats(a, name));
    }
  }

  private static float[] floats(TensorStore store, String name) {
    return store.view(name).bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }
}
