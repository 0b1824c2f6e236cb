package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.weights.DType;
import neox.weights.TensorView;
import neox.weights.hf.HfModel;
import neox.weights.neox.DeepSpeedOptimizer;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which weights neox-convert-hf takes, and how carefully it reads them.
class ReadingOptionsTest {
  private static final Path GOLDEN =
      Path.of("..", "shared", "weights", "src", "test", "resources", "golden");

  @TempDir Path directory;

  private String convert(int code, Path checkpoint, String... options) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    List<String> arguments =
        Stream.concat(
                Stream.of("--input_dir", checkpoint.toString(), "--no_save_tokenizer"),
                Stream.concat(
                    Stream.of("-q", "--output_dir", directory.resolve("out").toString()),
                    Stream.of(options)))
            .toList();
    int ended =
        Tool.run(
            new ConvertCommand(),
            arguments.toArray(String[]::new),
            InputStream.nullInputStream(),
            stream,
            stream);
    String errors = err.toString(StandardCharsets.UTF_8);
    assertThat(ended).as(errors).isEqualTo(code);
    return errors;
  }

  @Test
  void mastersAreConvertedNumberForNumber() throws IOException {
    Path checkpoint = GOLDEN.resolve("deepspeed/Z1_dp2_bf16/global_step20");
    convert(ExitCode.OK, checkpoint, "--masters");
    try (HfModel model = HfModel.open(directory.resolve("out"));
        NeoxCheckpoint source = NeoxCheckpoint.open(checkpoint, OptionalLong.empty());
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(source).orElseThrow()) {
      for (ParameterSpec spec :
          NetworkSpec.of(source.config(), source.paddedVocab()).parameters()) {
        TensorView converted = model.view(spec.key());
        assertThat(converted.dtype()).isEqualTo(DType.FLOAT32);
        TensorView master = optimizer.view(spec, OptimizerStateFile.MASTER);
        assertThat(converted.bytes().mismatch(master.bytes())).as(spec.key()).isEqualTo(-1);
      }
    }
  }

  @Test
  void mastersThatAreNotThereAreRefusedInOneLine() {
    Path checkpoint = GOLDEN.resolve("checkpoints/A_bf16/global_step20");
    assertThat(convert(ExitCode.USAGE, checkpoint, "--masters"))
        .contains(checkpoint + ": no state of an optimizer in it, so no float32 weights (masters)");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void whatVerifiesRefusesMasters() {
    Path checkpoint = GOLDEN.resolve("deepspeed/Z1_dp2_bf16/global_step20");
    assertThat(convert(ExitCode.USAGE, checkpoint, "--masters", "--verify"))
        .contains("--verify computes with the weights of the model, not with --masters");
  }

  @Test
  void damagedTensorsAreTakenWithoutVerifyingAlone() throws IOException {
    Path golden = GOLDEN.resolve("checkpoints/A_bf16/global_step20");
    Path checkpoint = Files.createDirectories(directory.resolve("global_step20"));
    try (Stream<Path> tree = Files.walk(golden)) {
      for (Path path : (Iterable<Path>) tree.skip(1)::iterator) {
        Files.copy(path, checkpoint.resolve(golden.relativize(path).toString()));
      }
    }
    Path layer = checkpoint.resolve("layer_02-model_00-model_states.pt");
    byte[] whole = Files.readAllBytes(layer);
    whole[whole.length / 2] ^= 1;
    Files.write(layer, whole);
    assertThat(convert(ExitCode.USAGE, checkpoint))
        .startsWith("neox-convert-hf: " + layer + ": tensor ")
        .contains(" is damaged: the checksum of ");
    convert(ExitCode.OK, checkpoint, "--no-verify");
    assertThat(directory.resolve("out/model.safetensors")).exists();
  }
}
