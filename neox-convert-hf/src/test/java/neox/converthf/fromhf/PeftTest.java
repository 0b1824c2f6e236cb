package neox.converthf.fromhf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.LoraConfig;
import neox.config.NeoxConfig;
import neox.config.TuningConfig;
import neox.converthf.Runs;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.safetensors.SafetensorsDirectory;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Adapters of a run become PEFT's, and these adapters of a run again.
class PeftTest {
  private static final Path GOLDEN =
      Path.of("../shared/weights/src/test/resources/golden/checkpoints").toAbsolutePath();
  private static final String LORA =
      """
      lora:
        rank: 2
        alpha: 5.0
        dropout: 0.1
        targets: [attention.query_key_value, attention.dense, mlp.linear1, mlp.linear2]
      """;

  @TempDir Path directory;

  private final Map<String, TensorView> drawn = new HashMap<>();

  @ParameterizedTest
  @CsvSource({"A0_nopipe/global_step0, 1, 0", "C_llama/global_step20, 2, 1"})
  void adaptersGoOutAndComeBackWithEveryBit(String checkpoint, int tp, int pp) throws IOException {
    Path hf = huggingFace(checkpoint);
    Path adapters = adapters(GOLDEN.resolve(checkpoint), hf);
    Path peft = directory.resolve("peft");
    Runs out =
        Runs.of(
            "--input-dir",
            adapters,
            "--output-dir",
            peft,
            "--format",
            "peft",
            "--base",
            "org/model");
    assertThat(out.code()).as(out.errors()).isEqualTo(ExitCode.OK);
    assertThat(out.errors()).contains("adapters of PEFT of rank 2").doesNotContain("warning");
    assertThat(Json.read(peft.resolve("adapter_config.json")).path("base_model_name_or_path"))
        .isEqualTo(Json.parse("\"org/model\"", "expected"));

    Path neox = directory.resolve("neox");
    Runs in =
        Runs.of(
            "--from-hf",
            "--input-dir",
            peft,
            "--output-dir",
            neox,
            "--base",
            hf,
            "--tp",
            tp,
            "--pp",
            pp);
    assertThat(in.code()).as(in.errors()).isEqualTo(ExitCode.OK);
    Path back = neox.resolve("global_step0");
    NeoxConfig config = ConfigLoader.load(ConfigSource.of(back.resolve("configs/neox.yml")));
    LoraConfig lora = config.tuning().lora().orElseThrow();
    assertThat(lora.scale()).isEqualTo(2.5);
    assertThat(lora.dropout()).isEqualTo(0.1);
    assertThat(config.checkpoint().initFrom()).contains(hf.toAbsolutePath());
    try (NeoxCheckpoint read = NeoxCheckpoint.open(back, OptionalLong.empty(), config)) {
      assertThat(read.tensorParallelSize()).isEqualTo(tp);
      assertThat(drawn).hasSize(24);
      drawn.forEach((key, view) ->
          assertThat(read.view(key).bytes().mismatch(view.bytes())).as(key).isEqualTo(-1));
    }
    Path merged = directory.resolve("merged");
    assertThat(Runs.of("--input-dir", neox, "--output-dir", merged).code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void theFilesAreThoseOfPeft() throws IOException {
    Path hf = huggingFace("C_llama/global_step20");
    Path peft = directory.resolve("peft");
    Runs out =
        Runs.of(
            "--input-dir",
            adapters(GOLDEN.resolve("C_llama/global_step20"), hf),
            "--output-dir",
            peft,
            "--format",
            "peft");
    assertThat(out.code()).as(out.errors()).isEqualTo(ExitCode.OK);
    assertThat(Json.read(peft.resolve("adapter_config.json")))
        .isEqualTo(
            Json.parse(
                """
                {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "HF",
                 "r": 2, "lora_alpha": 5, "lora_dropout": 0.1, "use_rslora": false,
                 "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj",
                  "gate_proj", "down_proj"], "bias": "none", "fan_in_fan_out": false,
                 "init_lora_weights": true, "inference_mode": true}
                """
                    .replace("HF", hf.toString()),
                "expected"));
    try (SafetensorsDirectory tensors =
        SafetensorsDirectory.openFile(peft.resolve("adapter_model.safetensors"))) {
      assertThat(tensors.names()).hasSize(3 * 7 * 2);
      String query = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
      assertThat(tensors.view(query + "A.weight").shape()).isEqualTo(Shape.of(2, 64));
      assertThat(tensors.view(query + "B.weight").shape()).isEqualTo(Shape.of(64, 2));
      assertThat(tensors.view(query.replace("q_proj", "k_proj") + "B.weight").shape())
          .isEqualTo(Shape.of(32, 2));
    }
  }

  @Test
  void saysWhereTheBaseMustBeConvertedToo() throws IOException {
    Path base = GOLDEN.resolve("A0_nopipe/global_step0");
    Runs out =
        Runs.of(
            "--input-dir",
            adapters(base, base),
            "--output-dir",
            directory.resolve("peft"),
            "--format",
            "peft");
    assertThat(out.code()).as(out.errors()).isEqualTo(ExitCode.OK);
    assertThat(out.errors())
        .contains(
            "warning: the adapters adapt "
                + base
                + ", a checkpoint of NeoX: convert that, too, and say with --base where PEFT finds"
                + " it");
  }

  @Test
  void adaptersMayAdaptACheckpointOfNeox() throws IOException {
    Path base = GOLDEN.resolve("A0_nopipe/global_step0");
    Path peft = directory.resolve("peft");
    Runs.of("--input-dir", adapters(base, base), "--output-dir", peft, "--format", "peft");
    Path neox = directory.resolve("neox");
    Runs in = Runs.of("--from-hf", "--input-dir", peft, "--output-dir", neox);
    assertThat(in.code()).as(in.errors()).isEqualTo(ExitCode.OK);
    assertThat(in.errors())
        .contains(
            "adapters of NeoX of rank 2 on attention.query_key_value, attention.dense, mlp.linear1,"
                + " mlp.linear2; they adapt "
                + base);
    NeoxConfig config =
        ConfigLoader.load(ConfigSource.of(neox.resolve("global_step0/configs/neox.yml")));
    assertThat(config.checkpoint().initFrom()).contains(base.normalize());
    assertThat(config.tokenizer().type()).isEqualTo("CharLevelTokenizer");
  }

  @Test
  void refusesACheckpointWithoutAdapters() {
    Path base = GOLDEN.resolve("A0_nopipe/global_step0");
    Runs out =
        Runs.of("--input-dir", base, "--output-dir", directory.resolve("peft"), "--format", "peft");
    assertThat(out.code()).isEqualTo(ExitCode.USAGE);
    assertThat(out.errors())
        .isEqualTo(
            "neox-convert-hf: "
                + base
                + ": holds no adapters (lora.rank is not set), which are all that --format peft"
                + " writes; expected a checkpoint with adapters\n");
    assertThat(directory.resolve("peft")).doesNotExist();
  }

  @Test
  void asksWhereTheBaseIs() throws IOException {
    Path peft = Files.createDirectory(directory.resolve("peft"));
    Path file = peft.resolve("adapter_config.json");
    Files.writeString(
        file, "{\"peft_type\": \"LORA\", \"base_model_name_or_path\": \"org/not-here\"}");
    Runs in = Runs.of("--from-hf", "--input-dir", peft, "--output-dir", directory.resolve("neox"));
    assertThat(in.code()).isEqualTo(ExitCode.USAGE);
    assertThat(in.errors())
        .isEqualTo(
            "neox-convert-hf: "
                + file
                + ": base_model_name_or_path is 'org/not-here', which is no directory here; say with"
                + " --base where the model is\n");
  }

  @Test
  void refusesRanksThatDoNotDivideTheBase() throws IOException {
    Path base = GOLDEN.resolve("A0_nopipe/global_step0");
    Path peft = directory.resolve("peft");
    Runs.of("--input-dir", adapters(base, base), "--output-dir", peft, "--format", "peft");
    Runs in =
        Runs.of(
            "--from-hf", "--input-dir", peft, "--output-dir", directory.resolve("neox"), "--tp", 3);
    assertThat(in.code()).isEqualTo(ExitCode.USAGE);
    assertThat(in.errors())
        .isEqualTo(
            "neox-convert-hf: "
                + base
                + ": has 512 rows of the vocabulary; 3 tensor-parallel ranks and 512 tokens need"
                + " 768. Bring it into that form first (neox-convert-hf --from-hf --tp 3) and name"
                + " that with --base\n");
  }

  private Path huggingFace(String checkpoint) throws IOException {
    return Runs.huggingFace(GOLDEN.resolve(checkpoint), directory.resolve("hf"));
  }

  /// A checkpoint of neox-train with random adapters of everything that can have them.
  private Path adapters(Path golden, Path base) throws IOException {
    Path adapters = Files.createDirectories(directory.resolve("adapters/global_step7"));
    Path added =
        Files.writeString(directory.resolve("lora.yml"), LORA + "init_from: " + base + "\n");
    LoadedConfig loaded =
        ConfigLoader.readModel(ConfigSource.of(golden.resolve("configs/config.yml"), added));
    NeoxConfig config = loaded.config();
    NetworkSpec network = NetworkSpec.of(config.model(), 512, config.tuning());
    Random random = new Random(3);
    for (ParameterSpec spec : network.parameters()) {
      if (TuningConfig.isAdapter(spec.key())) {
        drawn.put(spec.key(), matrix(spec.shape(), random));
      }
    }
    NeoxCheckpointWriter.write(
        adapters,
        new CheckpointContent(
            CheckpointPart.whole(network),
            config.tokenizer().type(),
            7,
            0,
            Layout.FILE_PER_RANK,
            CheckpointContent.existing(this::drawn),
            Map.of(),
            loaded.checkpointFiles()));
    return adapters;
  }

  private TensorView drawn(String key) {
    TensorView view = drawn.get(key);
    if (view == null) {
      throw new AssertionError("no " + key);
    }
    return view;
  }

  private static TensorView matrix(Shape shape, Random random) {
    float[] values = new float[Math.toIntExact(shape.count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, values.length);
    bytes.copyFrom(MemorySegment.ofArray(values));
    return new TensorView(DType.FLOAT32, shape, bytes);
  }
}
