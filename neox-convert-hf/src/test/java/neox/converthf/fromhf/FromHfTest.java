package neox.converthf.fromhf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.Precision;
import neox.converthf.Runs;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Golden checkpoints become Hugging Face models, and these checkpoints again.
class FromHfTest {
  private static final Path GOLDEN =
      Path.of("..", "shared", "weights", "src", "test", "resources", "golden", "checkpoints");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "A0_nopipe/global_step0, 1, 0",
    "A0_nopipe/global_step0, 4, 2",
    "A_bf16/global_step20, 2, 0",
    "C_llama/global_step20, 2, 3",
    "C_llama/global_step20, 1, 1",
    "D_mp2/global_step20, 2, 1"
  })
  void modelsComeBackWithEveryBit(String checkpoint, int tp, int pp) throws IOException {
    Path hf = huggingFace(checkpoint);
    Path neox = directory.resolve("neox");
    Runs run =
        Runs.of("--from-hf", "--input-dir", hf, "--output-dir", neox, "--tp", tp, "--pp", pp);
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    assertThat(run.errors())
        .contains("model_parallel_size %d, pipe_parallel_size %d".formatted(tp, pp))
        .doesNotContain("warning");
    assertThat(neox.resolve("latest")).hasContent("global_step0");
    assertThat(neox.resolve("tokenizer/tokenizer.json"))
        .hasSameTextualContentAs(hf.resolve("tokenizer.json"));
    try (NeoxCheckpoint read = NeoxCheckpoint.open(neox, OptionalLong.empty());
        HfModel model = HfModel.open(hf)) {
      assertThat(read.tensorParallelSize()).isEqualTo(tp);
      assertThat(read.iteration()).isZero();
      assertSame(read, model);
    }
    Path back = directory.resolve("back");
    Runs home = Runs.of("--input-dir", neox, "--output-dir", back);
    assertThat(home.code()).as(home.errors()).isEqualTo(ExitCode.OK);
    assertThat(back.resolve("model.safetensors"))
        .hasSameBinaryContentAs(hf.resolve("model.safetensors"));
  }

  private static void assertSame(TensorStore a, TensorStore b) {
    assertThat(a.names()).isEqualTo(b.names());
    for (String name : b.names()) {
      TensorView expected = b.view(name);
      assertThat(a.view(name).dtype()).isEqualTo(expected.dtype());
      assertThat(a.view(name).bytes().mismatch(expected.bytes())).as(name).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gelu_pytorch_tanh, gelu_fast",
    "relu, relu",
    "silu, silu",
    "swish, swish",
    "mish, mish"
  })
  void activationsOfTransformersComeBack(String name, String back) throws IOException {
    Path hf = Files.createDirectory(directory.resolve("hf"));
    Path model = Path.of("src", "test", "resources", "golden", "transformers", "neox_parallel");
    Files.copy(model.resolve("model.safetensors"), hf.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) Json.read(model.resolve("config.json"));
    Files.writeString(hf.resolve("config.json"), Json.pretty(config.put("hidden_act", name)));
    Path neox = directory.resolve("neox");
    Runs in =
        Runs.of(
            "--from-hf",
            "--input-dir",
            hf,
            "--output-dir",
            neox,
            "--tokenizer-type",
            "CharLevelTokenizer",
            "--make-vocab-size-divisible-by",
            "512");
    assertThat(in.code()).as(in.errors()).isEqualTo(ExitCode.OK);
    Path out = directory.resolve("out");
    Runs home = Runs.of("--input-dir", neox, "--output-dir", out);
    assertThat(home.code()).as(home.errors()).isEqualTo(ExitCode.OK);
    assertThat(Json.read(out.resolve("config.json")).path("hidden_act").asText()).isEqualTo(back);
  }

  /// All that GPT-NeoX and neox-train need but data, and nothing that GPT-NeoX does not know.
  @Test
  void theConfigurationIsComplete() throws IOException {
    Path hf = huggingFace("C_llama/global_step20");
    Path neox = directory.resolve("neox");
    assertThat(Runs.of("--from-hf", "--input-dir", hf, "--output-dir", neox, "--tp", 2).code())
        .isEqualTo(ExitCode.OK);
    Path yml = neox.resolve("global_step0/configs/neox.yml");
    assertThat(Files.readString(yml))
        .isEqualTo(
            """
            # The model of HF, in NeoX's layout. Its weights are in NEOX.

            # The network.
            num_layers: 3
            hidden_size: 64
            num_attention_heads: 4
            num_kv_heads: 2
            seq_length: 64
            max_position_embeddings: 64
            make_vocab_size_divisible_by: 128
            pos_emb: rotary
            rotary_pct: 1.0
            rotary_emb_base: 10000
            norm: rmsnorm
            rms_norm_epsilon: 1.0e-6
            no_weight_tying: true
            attention_config: [[["global"], 3]]
            gpt_j_residual: false
            gpt_j_tied: false
            activation: swiglu
            bias_gelu_fusion: false
            intermediate_size: 192
            use_bias_in_mlp: false
            use_bias_in_attn_linear: false
            use_qk_layernorm: false
            apply_query_key_layer_scaling: false
            use_mup: false
            attention_softmax_in_fp32: true
            mlp_multiple_of: 192
            hidden_dropout: 0.0
            attention_dropout: 0.0
            init_method: normal
            output_layer_init_method: normal
            init_method_std: 0.02

            # For so many ranks the files are laid out.
            pipe_parallel_size: 0
            model_parallel_size: 2

            # The tokenizer that the vocabulary belongs to.
            tokenizer_type: "HFTokenizer"
            vocab_file: "NEOX/tokenizer/tokenizer.json"

            # Begins at step 0 with the weights. Where to save is still to be said (save); a run that
            # goes on loads from there, without finetune.
            load: "NEOX"
            finetune: true

            # Training: cautious values, to be replaced. What to train on (data_path) is still to be \
            said.
            precision: fp32
            zero_optimization:
              stage: 0
            train_micro_batch_size_per_gpu: 4
            gradient_accumulation_steps: 1
            train_iters: 1000
            optimizer:
              type: "Adam"
              params:
                lr: 1.0e-5
                betas: [0.9, 0.95]
                eps: 1.0e-8
            lr_decay_style: "cosine"
            lr_decay_iters: 1000
            min_lr: 1.0e-6
            warmup: 0.01
            weight_decay: 0.1
            gradient_clipping: 1.0
            data_impl: "mmap"
            split: "995,4,1"
            checkpoint_factor: 1000
            eval_interval: 100
            eval_iters: 10
            log_interval: 10
            """
                .replace("HF,", hf + ",")
                .replace("NEOX", neox.toAbsolutePath().normalize().toString()));
    NeoxConfig config = ConfigLoader.load(ConfigSource.of(yml));
    assertThat(config.parallel().modelParallelSize()).isEqualTo(2);
    assertThat(config.checkpoint().finetune()).isTrue();
    assertThat(config.model().transformers().getFirst().mlp().size()).isEqualTo(192);
  }

  @Test
  void theNextCommandIsOneThatAShellTakes() throws IOException {
    Path hf = huggingFace("A0_nopipe/global_step0");
    Path neox = directory.resolve("Bob's new model");
    Runs run = Runs.of("--from-hf", "--input-dir", hf, "--output-dir", neox);
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    assertThat(neox.resolve("global_step0/configs/Bob's new model.yml")).isRegularFile();
    assertThat(run.errors())
        .contains(
            "next: neox-train '"
                + directory
                + "/Bob'\\''s new model/global_step0/configs/Bob'\\''s new model.yml'"
                + " --set data_path=DATA\n");
  }

  @Test
  void rowsThatRanksDoNotDivideArePaddedWithZerosAsNeoxPads() throws IOException {
    Path hf = huggingFace("A0_nopipe/global_step0");
    Path neox = directory.resolve("neox");
    Runs run =
        Runs.of(
            "--from-hf",
            "--input-dir",
            hf,
            "--output-dir",
            neox,
            "--tp",
            2,
            "--make-vocab-size-divisible-by",
            320);
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    assertThat(run.errors())
        .contains(
            "warning: the vocabulary has 640 rows now, 128 more than the model: zeros, which no"
                + " token means")
        .contains("make_vocab_size_divisible_by 320");
    try (NeoxCheckpoint read = NeoxCheckpoint.open(neox, OptionalLong.empty());
        HfModel model = HfModel.open(hf)) {
      TensorView padded = read.view("0.word_embeddings.weight");
      TensorView stored = model.view("0.word_embeddings.weight");
      assertThat(padded.shape().size(0)).isEqualTo(640);
      long bytes = stored.bytes().byteSize();
      assertThat(padded.bytes().asSlice(0, bytes).mismatch(stored.bytes())).isEqualTo(-1);
      assertThat(padded.bytes().asSlice(bytes).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }
  }

  @Test
  void weightsBecomeTheTypeThatIsAskedFor() throws IOException {
    Path hf = huggingFace("A0_nopipe/global_step0");
    Path neox = directory.resolve("neox");
    Runs run = Runs.of("--from-hf", "--input-dir", hf, "--output-dir", neox, "--precision", "bf16");
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    NeoxConfig config =
        ConfigLoader.load(ConfigSource.of(neox.resolve("global_step0/configs/neox.yml")));
    assertThat(config.precision()).isEqualTo(Precision.BFLOAT16);
    assertThat(config.parallel().zeroStage()).as("GPT-NeoX asks for it").isEqualTo(1);
  }

  @Test
  void numbersTooLargeForTheTypeAreRefused() throws IOException {
    Path hf = huggingFace("A0_nopipe/global_step0");
    Path file = hf.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, 1e6f);
    Files.write(file, bytes);
    Path neox = directory.resolve("neox");
    Runs run = Runs.of("--from-hf", "--input-dir", hf, "--output-dir", neox, "--precision", "fp16");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.errors())
        .endsWith(" holds 1000000.0, too large for fp16 (65504); use --precision bf16 or fp32\n");
    assertThat(neox).doesNotExist();
  }

  @Test
  void saysThatGptNeoxHasNoScaledPositions() throws IOException {
    Path hf = huggingFace("C_llama/global_step20");
    change(hf, json -> json.putObject("rope_scaling").put("rope_type", "linear").put("factor", 2));
    Path neox = directory.resolve("neox");
    Runs run = Runs.of("--from-hf", "--input-dir", hf, "--output-dir", neox);
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    assertThat(run.errors())
        .contains(
            "warning: rope_scaling is a key of neox-train: GPT-NeoX itself does not scale rotary"
                + " positions");
    assertThat(Files.readString(neox.resolve("global_step0/configs/neox.yml")))
        .contains("rope_scaling:\n  rope_type: linear\n  factor: 2.0\n");
  }

  @Test
  void saysEveryReasonWhyNeoxCannotExpressAModel() throws IOException {
    Path hf = huggingFace("C_llama/global_step20");
    change(
        hf,
        json -> {
          json.put("hidden_act", "gelu").put("head_dim", 32);
          json.putObject("rope_scaling").put("rope_type", "longrope").put("factor", 8);
        });
    String file = hf.resolve("config.json") + ": ";
    assertRefused(
        hf,
        List.of(),
        "neox-convert-hf: "
            + file
            + "head_dim 32 is not supported; expected hidden_size / num_attention_heads = 16\n"
            + file
            + "hidden_act 'gelu' is not supported; expected silu\n"
            + file
            + "rope_scaling of type 'longrope' is not supported; expected linear, yarn, llama3 or none\n");
  }

  @Test
  void saysWhatSoManyRanksDoNotDivide() throws IOException {
    Path hf = huggingFace("C_llama/global_step20");
    assertRefused(
        hf,
        List.of("--tp", "8", "--pp", "9"),
        """
        neox-convert-hf: --pp: pipe_parallel_size: each stage needs a layer: expected at most 6 \
        (embedding, blocks, norm and head), found 9
        --tp: model_parallel_size: must divide num_attention_heads (4), found 8
        --tp: model_parallel_size: must divide num_kv_heads (2), found 8
        """);
  }

  @Test
  void asksForATokenizer() throws IOException {
    Path hf = huggingFace("A0_nopipe/global_step0");
    Files.delete(hf.resolve("tokenizer.json"));
    assertRefused(
        hf,
        List.of(),
        "neox-convert-hf: "
            + hf
            + ": no tokenizer in it (tokenizer.json, vocab.json with merges.txt, or"
            + " tokenizer.model); name it with --vocab-file, and --tokenizer-type where that is not a"
            + " tokenizer.json\n");
    Path neox = directory.resolve("neox");
    Runs run =
        Runs.of(
            "--from-hf",
            "--input-dir",
            hf,
            "--output-dir",
            neox,
            "--tokenizer-type",
            "CharLevelTokenizer");
    assertThat(run.code()).as(run.errors()).isEqualTo(ExitCode.OK);
    NeoxConfig config =
        ConfigLoader.load(ConfigSource.of(neox.resolve("global_step0/configs/neox.yml")));
    assertThat(config.tokenizer().type()).isEqualTo("CharLevelTokenizer");
  }

  @Test
  void refusesToLoseRowsOfTheVocabulary() throws IOException {
    Path hf = huggingFace("A0_nopipe/global_step0");
    Files.writeString(hf.resolve("tokenizer.json"), Runs.tokenizerJson(300));
    assertRefused(
        hf,
        List.of("--make-vocab-size-divisible-by", "100"),
        "neox-convert-hf: --make-vocab-size-divisible-by 100: NeoX makes 300 rows of the tokenizer's"
            + " 300 tokens, but the model has 512; expected a greater number, such as 256\n");
  }

  @Test
  void refusesWhatIsNoModelOfTransformers() {
    Path checkpoint = GOLDEN.resolve("A0_nopipe");
    assertRefused(
        checkpoint,
        List.of(),
        "neox-convert-hf: " + checkpoint + ": not a Hugging Face model: no config.json in it\n");
  }

  @Test
  void optionsWithoutAnythingToDoAreRefused() {
    Path checkpoint = GOLDEN.resolve("A0_nopipe");
    Path out = directory.resolve("out");
    assertThat(Runs.of("--input-dir", checkpoint, "--output-dir", out, "--tp", 2))
        .isEqualTo(
            new Runs(
                ExitCode.USAGE, "neox-convert-hf: --tp goes with --from-hf only; leave it out\n"));
    assertThat(Runs.of("--input-dir", checkpoint, "--output-dir", out, "--base", "x"))
        .isEqualTo(
            new Runs(
                ExitCode.USAGE,
                "neox-convert-hf: --base goes with --from-hf and --format peft only; leave it"
                    + " out\n"));
    assertThat(
            Runs.of("--from-hf", "--input-dir", checkpoint, "--output-dir", out, "--iteration", 3))
        .isEqualTo(
            new Runs(
                ExitCode.USAGE,
                "neox-convert-hf: --iteration does not go with --from-hf; leave it out\n"));
    assertThat(
            Runs.of(
                "--from-hf",
                "--input-dir",
                checkpoint,
                "--output-dir",
                out,
                "--architecture",
                "llama"))
        .isEqualTo(
            new Runs(
                ExitCode.USAGE,
                "neox-convert-hf: --architecture does not go with --from-hf; leave it out\n"));
    assertThat(Runs.of("--from-hf", "--input-dir", checkpoint, "--output-dir", out, "--tp", 0))
        .isEqualTo(
            new Runs(
                ExitCode.USAGE, "neox-convert-hf: --tp 0: expected a number from 1 to 65536\n"));
  }

  private void assertRefused(Path hf, List<String> more, String message) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("--from-hf", "--input-dir", hf, "--output-dir", directory.resolve("neox")));
    arguments.addAll(more);
    Runs run = Runs.of(arguments.toArray());
    assertThat(run.errors()).isEqualTo(message);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(directory.resolve("neox")).doesNotExist();
  }

  private Path huggingFace(String checkpoint) throws IOException {
    return Runs.huggingFace(GOLDEN.resolve(checkpoint), directory.resolve("hf"));
  }

  private interface Change {
    void of(ObjectNode json);
  }

  private static void change(Path hf, Change change) throws IOException {
    Path file = hf.resolve("config.json");
    ObjectNode json = (ObjectNode) Json.read(file);
    change.of(json);
    Files.writeString(file, Json.pretty(json));
  }
}
