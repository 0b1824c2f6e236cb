package neox.converthf.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.converthf.ConvertCommand;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.EmaFile;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.NetworkSpec;

/// Runs `neox-convert-hf` in this process, and makes checkpoints for it.
final class Tools {
  static final Path RESOURCES = Path.of("../shared/weights/src/test/resources/golden");
  static final Path A0 = RESOURCES.resolve("checkpoints/A0_nopipe/global_step0");
  static final Path A_BF16 = RESOURCES.resolve("checkpoints/A_bf16/global_step20");
  static final Path LLAMA = RESOURCES.resolve("checkpoints/C_llama/global_step20");
  static final Path TP2 = RESOURCES.resolve("checkpoints/D_mp2/global_step20");
  static final Path TP2_PP2 = RESOURCES.resolve("deepspeed/P_tp2pp2/global_step20");
  static final Path FP16 = RESOURCES.resolve("deepspeed/F16_dyn_z0/global_step20");
  static final Path ZERO1 = RESOURCES.resolve("deepspeed/Z1_dp2_bf16/global_step20");
  static final Path ZERO3 = RESOURCES.resolve("deepspeed/Z3_dp2/global_step20");

  /// What a command came to.
  record Result(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  static Result run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new ConvertCommand(),
            Stream.of(arguments).map(Object::toString).toArray(String[]::new),
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// The same, which must succeed.
  static Result ok(Object... arguments) {
    Result result = run(arguments);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  /// The same, which must end with exit code 2 and this line.
  static void refused(String message, Object... arguments) {
    Result result = run(arguments);
    assertThat(result.err()).isEqualTo("neox-convert-hf: " + message + "\n");
    assertThat(result.code()).isEqualTo(2);
  }

  /// A checkpoint of the network in [#A0] whose weights are changed.
  ///
  /// @param run the directory that holds checkpoints
  static Path checkpoint(Path run, long step, DType dtype, DoubleUnaryOperator change)
      throws IOException {
    Path directory = Files.createDirectories(run.resolve(CheckpointNames.directory(step)));
    LoadedConfig loaded = ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(A0));
    try (NeoxCheckpoint golden = NeoxCheckpoint.open(A0, OptionalLong.empty())) {
      NetworkSpec network = NetworkSpec.of(golden.config(), golden.paddedVocab());
      NeoxCheckpointWriter.write(
          directory,
          new CheckpointContent(
              CheckpointPart.whole(network),
              loaded.config().tokenizer().type(),
              step,
              8 * step,
              Layout.FILE_PER_LAYER,
              CheckpointContent.existing(key -> changed(golden.view(key), dtype, change)),
              Map.of("skipped_steps", 1L),
              loaded.checkpointFiles()));
    }
    Files.writeString(run.resolve(CheckpointNames.LATEST), CheckpointNames.directory(step));
    return directory;
  }

  private static TensorView changed(TensorView view, DType dtype, DoubleUnaryOperator change) {
    double[] values = numbers(view);
    for (int i = 0; i < values.length; i++) {
      values[i] = change.applyAsDouble(values[i]);
    }
    return view(dtype, view.shape(), values);
  }

  static TensorView view(DType dtype, Shape shape, double... values) {
    TensorView doubles =
        new TensorView(DType.FLOAT64, shape, Floats.allocate(DType.FLOAT64, values.length));
    doubles.bytes().copyFrom(MemorySegment.ofArray(values));
    return Floats.convert(doubles, dtype);
  }

  static double[] numbers(TensorView view) {
    double[] values = new double[Math.toIntExact(view.shape().count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = Floats.get(view, i);
    }
    return values;
  }

  /// Adds what neox-train keeps beside weights: a moment and an average of one parameter each.
  static void addTraining(Path checkpoint) throws IOException {
    Shape shape = Shape.of(64);
    List<NamedTensor> moments = new ArrayList<>();
    for (String slot : List.of("exp_avg", "exp_avg_sq")) {
      String name = OptimizerStateFile.name("6.norm.bias", slot);
      moments.add(NamedTensor.of(name, view(DType.FLOAT32, shape, ramp(64))));
    }
    OptimizerStateFile.write(
        checkpoint,
        new OptimizerStateFile.Header("AdamW", List.of("exp_avg", "exp_avg_sq"), 7),
        moments);
    TensorView average = view(DType.FLOAT32, shape, ramp(64));
    EmaFile.write(checkpoint, List.of(NamedTensor.of("6.norm.bias", average)));
    Files.writeString(checkpoint.resolve("train_state.json"), "{}");
  }

  static double[] ramp(int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = i - 3.5;
    }
    return values;
  }

  /// A file of tensors.
  static Path safetensors(Path file, Map<String, TensorView> views) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    views.forEach((name, view) -> tensors.add(NamedTensor.of(name, view)));
    SafetensorsWriter.writeFile(file, tensors, Map.of());
    return file;
  }

  static Map<String, TensorView> tensors(Object... namesAndViews) {
    Map<String, TensorView> tensors = new LinkedHashMap<>();
    for (int i = 0; i < namesAndViews.length; i += 2) {
      tensors.put((String) namesAndViews[i], (TensorView) namesAndViews[i + 1]);
    }
    return tensors;
  }

  /// A copy of a directory, to be changed.
  static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
    return to;
  }

  private Tools() {}
}
