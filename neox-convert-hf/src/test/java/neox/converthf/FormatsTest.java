package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.json.Json;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tool from torch.distributed.checkpoint, and to GGUF.
class FormatsTest {
  private static final Path TITAN = Path.of("src", "test", "resources", "golden", "torchtitan");
  private static final Path NEOX =
      Path.of("..", "shared", "weights", "src", "test", "resources", "golden", "checkpoints");

  @TempDir Path directory;

  private String errors = "";

  private int run(String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--output-dir", directory.resolve("out").toString()));
    int code =
        Tool.run(
            new ConvertCommand(),
            all.toArray(String[]::new),
            InputStream.nullInputStream(),
            stream,
            stream);
    errors = err.toString(StandardCharsets.UTF_8);
    return code;
  }

  private static String titan() {
    return TITAN.resolve("dcp").toString();
  }

  private static String[] described(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--input-dir",
                titan(),
                "--config_file",
                TITAN.resolve("config.yml").toString(),
                "--no_save_tokenizer"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  @Test
  void torchtitansCheckpointBecomesTransformersLlama() throws Exception {
    assertThat(run(described())).as(errors).isEqualTo(ExitCode.OK);
    assertThat(errors).contains("LlamaForCausalLM with 2,992 parameters in float32");
    List<String> expected = Files.readAllLines(TITAN.resolve("hf.tsv"));
    try (SafetensorsDirectory made = SafetensorsDirectory.open(directory.resolve("out"))) {
      assertThat(made.names()).hasSameSizeAs(expected);
      for (String line : expected) {
        String[] parts = line.split("\t", -1);
        TensorView view = made.view(parts[0]);
        assertThat(view.shape().toString()).isEqualTo(parts[1]);
        byte[] bytes = view.bytes().toArray(ValueLayout.JAVA_BYTE);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(HexFormat.of().formatHex(digest)).as(parts[0]).isEqualTo(parts[2]);
      }
    }
    assertThat(Json.read(directory.resolve("out/config.json")).path("num_key_value_heads").asInt())
        .isEqualTo(1);
  }

  @Test
  void aCheckpointOfTorchMustBeDescribed() {
    assertThat(run("--input-dir", titan())).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: "
                + titan()
                + ": a checkpoint of torch.distributed.checkpoint does not tell its architecture;"
                + " describe it in GPT-NeoX's words with --config_file\n");
    assertThat(run(described("--iteration", "7"))).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: "
                + titan()
                + ": is a checkpoint of torch.distributed.checkpoint; --iteration goes with one of"
                + " NeoX only; leave it out\n");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void theNumberOfStepsIsThatOfTheDirectory() throws IOException {
    Path step = Files.createDirectory(directory.resolve("step-1200"));
    for (String file : List.of(".metadata", "__0_0.distcp", "__1_0.distcp")) {
      Files.copy(TITAN.resolve("dcp").resolve(file), step.resolve(file));
    }
    String config = TITAN.resolve("config.yml").toString();
    assertThat(run("--input-dir", step.toString(), "--config_file", config, "--no-save-tokenizer"))
        .as(errors)
        .isEqualTo(ExitCode.OK);
    assertThat(errors).contains("from iteration 1200");
  }

  @Test
  void torchtitansCheckpointBecomesAGgufFileToo() throws IOException {
    assertThat(run(described("--format", "gguf", "--outtype", "bf16")))
        .as(errors)
        .isEqualTo(ExitCode.OK);
    assertThat(errors).contains("llama with 2,992 parameters, most of it in bf16");
    assertThat(Files.size(directory.resolve("out/out-BF16.gguf"))).isGreaterThan(6000);
  }

  @Test
  void aCheckpointOfNeoxBecomesAGgufFile() throws IOException {
    String checkpoint = NEOX.resolve("A0_nopipe/global_step0").toString();
    assertThat(run("--input-dir", checkpoint, "--format", "gguf")).as(errors).isEqualTo(0);
    assertThat(errors)
        .contains("CharLevelTokenizer has no form in GGUF")
        .contains("gptneox with 215,616 parameters, most of it in f16, from iteration 0");
    Path file = directory.resolve("out/out-F16.gguf");
    assertThat(directory.resolve("out")).isDirectoryContaining(entry -> entry.equals(file));
    ByteBuffer head = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(head.getInt()).isEqualTo(0x46554747);
    assertThat(head.getInt()).isEqualTo(3);
    assertThat(head.getLong()).as("tensors").isEqualTo(40);
    assertThat(run("--input-dir", checkpoint, "--format", "gguf")).isEqualTo(ExitCode.USAGE);
    assertThat(errors).contains("exists already; --overwrite replaces it");
    assertThat(run("--input-dir", checkpoint, "--format", "gguf", "--overwrite")).isEqualTo(0);
    assertThat(run("--input-dir", checkpoint, "--format", "hf", "--overwrite"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(errors).contains("holds no Hugging Face model, so --overwrite does not delete it");
  }

  @Test
  void optionsOfOneFormatDoNotSeemToMeanSomethingInAnother() {
    String checkpoint = NEOX.resolve("A0_nopipe/global_step0").toString();
    assertThat(run("--input-dir", checkpoint, "--outtype", "q8_0")).isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo("neox-convert-hf: --outtype goes with --format gguf only; leave it out\n");
    assertThat(run("--input-dir", checkpoint, "--format", "gguf", "--precision", "fp16"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo("neox-convert-hf: --precision goes with --format hf only; leave it out\n");
    assertThat(run("--input-dir", checkpoint, "--format", "neox", "--architecture", "llama"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .isEqualTo(
            "neox-convert-hf: --architecture goes with --format hf or gguf only; leave it out\n");
  }

  @Test
  void whatLlamaCppCannotExpressIsRefusedWithAllReasons() throws IOException {
    Path saved = NEOX.resolve("A0_nopipe/global_step0/configs/config.yml");
    String text = Files.readString(saved).replace("\"layernorm\"", "\"rmsnorm\"");
    Path yml = Files.writeString(directory.resolve("c.yml"), text);
    String checkpoint = NEOX.resolve("A0_nopipe/global_step0").toString();
    assertThat(run("--input-dir", checkpoint, "--format", "gguf", "--config_file", yml.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(errors)
        .contains("cannot be converted: HF GPTNeoX has layernorm only, not norm: rmsnorm");
  }
}
