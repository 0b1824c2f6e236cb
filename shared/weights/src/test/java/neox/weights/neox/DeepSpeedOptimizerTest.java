package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What DeepSpeed has saved is read number for number, whatever its form.
class DeepSpeedOptimizerTest {
  private static final String FRESH =
      "; continue with its weights alone by no_load_optim: true or finetune: true";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"P_tp2pp2", "F16_dyn_z0", "Z1_dp2_bf16", "Z3_dp2"})
  void holdsWhatTorchReads(String run) throws IOException {
    try (NeoxCheckpoint checkpoint = open(golden(run));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      Set<String> seen = new HashSet<>();
      for (String line : Files.readAllLines(Golden.path("deepspeed/" + run + "/expected.tsv"))) {
        String[] fields = line.split("\t", -1);
        ParameterSpec spec = spec(checkpoint, fields[0]);
        TensorView view = optimizer.view(spec, fields[1]);
        assertThat(view.shape()).as(fields[0]).isEqualTo(spec.shape());
        assertThat(String.join("x", sizes(view.shape()))).isEqualTo(fields[2]);
        assertSums(fields[0] + " " + fields[1], view, fields[3], fields[4]);
        seen.add(fields[0]);
      }
      assertThat(seen).isEqualTo(checkpoint.names());
    }
  }

  private static List<String> sizes(Shape shape) {
    return Arrays.stream(shape.sizes()).mapToObj(String::valueOf).toList();
  }

  /// The same numbers, added in another order.
  private static void assertSums(String name, TensorView view, String sum, String weighted) {
    double[] values = Golden.values(view);
    double[] sums = new double[3];
    for (int i = 0; i < values.length; i++) {
      int weight = 1 + i % 97;
      sums[0] += values[i];
      sums[1] += values[i] * weight;
      sums[2] += Math.abs(values[i]) * weight;
    }
    assertThat(sums[0]).as(name).isCloseTo(Double.parseDouble(sum), within(1e-7 * sums[2]));
    assertThat(sums[1]).as(name).isCloseTo(Double.parseDouble(weighted), within(1e-9 * sums[2]));
  }

  @ParameterizedTest
  @CsvSource({
    "P_tp2pp2, 20, false, 2", "F16_dyn_z0, 14, true, 1",
    "Z1_dp2_bf16, 20, true, 1", "Z3_dp2, 20, false, 1"
  })
  void knowsHowManyStepsWereTakenAndOfWhatGradients(
      String run, long steps, boolean narrow, int summed) throws IOException {
    try (NeoxCheckpoint checkpoint = open(golden(run));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      assertThat(optimizer.step()).isEqualTo(steps);
      assertThat(optimizer.slots()).containsExactlyInAnyOrder("exp_avg", "exp_avg_sq");
      assertThat(optimizer.isNarrow()).isEqualTo(narrow);
      assertThat(optimizer.summedMicroBatches()).isEqualTo(OptionalInt.of(summed));
    }
  }

  @Test
  void knowsWhereDynamicLossScalingStood() throws IOException {
    try (NeoxCheckpoint checkpoint = open(golden("F16_dyn_z0"));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      assertThat(optimizer.lossScale())
          .contains(new StoredLossScale(524288, 20, 13, OptionalInt.empty()));
    }
    try (NeoxCheckpoint checkpoint = open(golden("Z1_dp2_bf16"));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      assertThat(optimizer.lossScale()).isEmpty();
    }
  }

  /// With ZeRO 3 the optimizer's files alone hold the weights.
  @Test
  void theWeightsOfZero3AreTheOptimizersOwn() throws IOException {
    try (NeoxCheckpoint checkpoint = open(golden("Z3_dp2"));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      assertThat(checkpoint.iteration()).isEqualTo(20);
      for (ParameterSpec spec : checkpoint.parameters()) {
        assertThat(Golden.bytes(checkpoint.view(spec.key())))
            .as(spec.key())
            .isEqualTo(Golden.bytes(optimizer.view(spec, OptimizerStateFile.MASTER)));
      }
    }
  }

  /// Of bfloat16 weights the masters are what counts; the weights are those, rounded.
  @Test
  void mastersRoundToTheWeightsBesideThem() throws IOException {
    try (NeoxCheckpoint checkpoint = open(golden("Z1_dp2_bf16"));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      for (ParameterSpec spec : checkpoint.parameters()) {
        TensorView master = optimizer.view(spec, OptimizerStateFile.MASTER);
        assertThat(Golden.bytes(Floats.convert(master, DType.BFLOAT16)))
            .as(spec.key())
            .isEqualTo(Golden.bytes(checkpoint.view(spec.key())));
      }
    }
  }

  @Test
  void namesTheFileOfADataParallelRankThatIsMissing() throws IOException {
    for (String run : List.of("Z3_dp2", "Z1_dp2_bf16")) {
      Path copy = copy(run);
      String prefix = run.equals("Z3_dp2") ? "" : "bf16_";
      String missing = prefix + "zero_pp_rank_1_mp_rank_00_optim_states.pt";
      Files.delete(copy.resolve(missing));
      assertRefused(
          copy,
          copy.resolve(missing)
              + ": missing; expected the optimizer state of 2 data-parallel ranks, as "
              + prefix
              + "zero_pp_rank_0_mp_rank_00_optim_states.pt says");
    }
  }

  @Test
  void refusesStateThatIsNotOfTheNetwork() throws IOException {
    TensorView numbers = zeros(7);
    Map<String, Object> state = Map.of("exp_avg", numbers, "exp_avg_sq", numbers, "step", 3);
    assertRefused(
        optimizer(Map.of("state", Map.of(0, state), "param_groups", groups(10, 18))),
        ": its optimizer state holds 7 numbers of exp_avg of 0.word_embeddings.weight; expected"
            + " 32768"
            + FRESH);
    assertRefused(
        optimizer(Map.of("state", Map.of(), "param_groups", groups(10, 17))),
        ": its optimizer state has 17 parameters in group 1; expected 18" + FRESH);
    assertRefused(
        optimizer(
            Map.of(
                "fp32_groups_flat", List.of(zeros(163840), zeros(1791)),
                "optimizer_state_dict", Map.of("state", Map.of(), "param_groups", groups(1, 1)))),
        ": its optimizer state has 1791 numbers in group 1; expected 1792" + FRESH);
    assertRefused(
        optimizer(Map.of("local_sub_partitions_of_fp32_groups", List.of())),
        ": its optimizer state is of a form that is not known"
            + " ([local_sub_partitions_of_fp32_groups])"
            + FRESH);
  }

  /// FusedAdam counts in the last parameter of a group alone; parameters without a gradient have no
  /// state at all.
  @Test
  void whatHasNoStateYetIsZero() throws IOException {
    TensorView ones = zeros(512, 64);
    Map<String, Object> last = Map.of("exp_avg", ones, "exp_avg_sq", ones, "step", 3);
    Path model = optimizer(Map.of("state", Map.of(9, last), "param_groups", groups(10, 18)));
    try (NeoxCheckpoint checkpoint = open(Objects.requireNonNull(model.getParent()));
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      assertThat(optimizer.step()).isEqualTo(3);
      TensorView view = optimizer.view(spec(checkpoint, "2.mlp.linear1.weight"), "exp_avg");
      assertThat(view.shape()).isEqualTo(Shape.of(256, 64));
      assertThat(Golden.values(view)).containsOnly(0);
    }
  }

  @Test
  void aCheckpointWithoutOptimizerStateHasNone() throws IOException {
    try (NeoxCheckpoint checkpoint = open(Golden.path("checkpoints/A_bf16/global_step20"))) {
      assertThat(DeepSpeedOptimizer.open(checkpoint)).isEmpty();
    }
  }

  private static TensorView zeros(long... sizes) {
    Shape shape = Shape.of(sizes);
    return new TensorView(DType.FLOAT32, shape, Floats.allocate(DType.FLOAT32, shape.count()));
  }

  private static List<Map<String, Object>> groups(int decaying, int plain) {
    return List.of(
        Map.of("params", numbers(0, decaying)), Map.of("params", numbers(decaying, plain)));
  }

  private static List<Integer> numbers(int from, int count) {
    return Stream.iterate(from, i -> i + 1).limit(count).toList();
  }

  /// Writes a checkpoint of the network of `F16_dyn_z0`, in float32, with this optimizer; returns
  /// the file.
  private Path optimizer(Map<String, Object> optimizer) throws IOException {
    Path target = Files.createDirectories(directory.resolve("global_step3"));
    copyTree(golden("F16_dyn_z0").resolve("configs"), target.resolve("configs"));
    Map<String, Object> module = new LinkedHashMap<>();
    for (ParameterSpec spec : NetworkSpec.of(model(), 512).parameters()) {
      module.put("sequential." + spec.key(), zeros(spec.shape().sizes()));
    }
    Path file = target.resolve("mp_rank_00_model_states.pt");
    TorchFileWriter.write(file, Map.of("module", module, "optimizer", optimizer));
    return file;
  }

  private static ModelConfig model() throws IOException {
    return ConfigLoader.readCheckpoint(golden("F16_dyn_z0").resolve("configs")).config().model();
  }

  /// @param place a checkpoint, or the file in it that the message begins with
  private static void assertRefused(Path place, String message) {
    Path checkpoint = Files.isDirectory(place) ? place : Objects.requireNonNull(place.getParent());
    assertThatThrownBy(
            () -> {
              try (NeoxCheckpoint read = open(checkpoint);
                  DeepSpeedOptimizer found = DeepSpeedOptimizer.open(read).orElseThrow()) {
                found.view(read.parameters().iterator().next(), "exp_avg");
              }
            })
        .isInstanceOf(UserException.class)
        .hasMessage(Files.isDirectory(place) ? message : place + message);
  }

  private Path copy(String run) throws IOException {
    Path target = directory.resolve(run).resolve("global_step20");
    copyTree(golden(run), target);
    return target;
  }

  private static void copyTree(Path source, Path target) throws IOException {
    try (Stream<Path> tree = Files.walk(source)) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        Path copy = target.resolve(source.relativize(path).toString());
        Files.createDirectories(copy.getParent());
        if (!Files.exists(copy)) {
          Files.copy(path, copy);
        }
      }
    }
  }

  private static ParameterSpec spec(NeoxCheckpoint checkpoint, String key) {
    return checkpoint.parameters().stream()
        .filter(spec -> spec.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static NeoxCheckpoint open(Path checkpoint) throws IOException {
    return NeoxCheckpoint.open(checkpoint, OptionalLong.empty());
  }

  private static Path golden(String run) {
    return Golden.path("deepspeed/" + run + "/global_step20");
  }
}
