package neox.weights.neox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Golden;
import neox.weights.Models;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.pickle.TorchFile;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.pickle.Tuple;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Forms of DeepSpeed's optimizer state of which no run is recorded, as its versions write them.
/// The numbers of a group are counted in the order of its parameters.
class DeepSpeedFormsTest {
  private static final String STATES = "mp_rank_00_model_states.pt";

  private final ModelConfig model = Models.pythia();
  private final NetworkSpec network = NetworkSpec.of(model, 512);

  @TempDir Path directory;

  /// Before `param_slice_mappings`, in the "elastic" form that has a dict for each group.
  @Test
  void partitionsThatDoNotSayWhatIsInThemAreCutInTheOrderOfTheLayers() throws IOException {
    writeStates(Map.of("module", module()));
    long[] sizes = sizes();
    for (int rank = 0; rank < 2; rank++) {
      List<TensorView> masters = new ArrayList<>();
      List<Map<String, Object>> base = new ArrayList<>();
      for (long size : sizes) {
        long half = size / 2;
        masters.add(counted(rank * half, (rank + 1) * half));
        base.add(state(counted(rank * half, (rank + 1) * half)));
      }
      writePartition(
          rank,
          Map.of(
              "single_partition_of_fp32_groups", masters,
              "base_optimizer_state", base,
              "partition_count", List.of(2, 2)));
    }
    assertCounted();
  }

  /// FP16_UnfusedOptimizer keeps a master for each parameter.
  @Test
  void mastersOfSingleParametersBelongToTheirNumbers() throws IOException {
    List<List<TensorView>> masters = List.of(new ArrayList<>(), new ArrayList<>());
    Map<Object, Object> state = new LinkedHashMap<>();
    for (int group = 0; group < 2; group++) {
      long at = 0;
      for (ParameterSpec spec : group(group)) {
        TensorView numbers = counted(at, at + spec.shape().count(), spec.shape());
        masters.get(group).add(numbers);
        state.put(state.size(), state(numbers));
        at += spec.shape().count();
      }
    }
    int decaying = group(0).size();
    int plain = group(1).size();
    Map<String, Object> base =
        Map.of(
            "state",
            state,
            "param_groups",
            List.of(
                Map.of("params", IntStream.range(0, decaying).boxed().toList()),
                Map.of("params", IntStream.range(decaying, decaying + plain).boxed().toList())));
    writeStates(
        Map.of(
            "module", module(),
            "optimizer", Map.of("fp32_groups", masters, "optimizer_state_dict", base)));
    assertCounted();
  }

  /// ZeRO 3 cuts groups into sub-groups of whole parameters (`sub_group_size`).
  @Test
  void subGroupsOfZero3FollowEachOther() throws IOException {
    List<Map<String, Object>> shapes = new ArrayList<>();
    List<TensorView> units = new ArrayList<>();
    for (int group = 0; group < 2; group++) {
      Map<String, Object> names = new LinkedHashMap<>();
      long at = 0;
      for (ParameterSpec spec : group(group)) {
        Object[] sizes = Arrays.stream(spec.shape().sizes()).boxed().toArray();
        names.put("sequential." + spec.key(), Tuple.of(sizes));
        units.add(counted(at, at + spec.shape().count()));
        at += spec.shape().count();
      }
      shapes.add(names);
    }
    Map<Object, Object> state = new LinkedHashMap<>();
    units.forEach(unit -> state.put(state.size(), state(unit)));
    Map<String, Object> empty = new LinkedHashMap<>();
    network.parameters().forEach(spec -> empty.put("sequential." + spec.key(), counted(0, 0)));
    TorchFileWriter.write(
        directory.resolve("zero_pp_rank_0_" + STATES),
        Map.of("module", empty, "param_shapes", shapes, "iteration", 3));
    writePartition(
        0,
        Map.of(
            "fp32_flat_groups",
            units,
            "optimizer_state_dict",
            Map.of("state", state, "param_groups", List.of(Map.of("params", List.of(0)))),
            "partition_count",
            1));
    assertCounted();
    try (NeoxCheckpoint checkpoint = NeoxCheckpoint.open(directory, OptionalLong.empty(), model)) {
      ParameterSpec last = group(1).getLast();
      assertThat(Golden.values(checkpoint.view(last.key()))).endsWith((double) sizes()[1] - 1);
    }
  }

  /// The last stage of a pipeline has the tied embedding as a module of its own, before its layers.
  @Test
  void theLastStageBeginsWithTheTiedEmbedding() throws IOException {
    NetworkSpec tied = NetworkSpec.of(Models.gpt3(), 512);
    List<ParameterSpec> all = tied.parameters();
    List<String> keys = all.stream().map(ParameterSpec::key).toList();
    int first = (int) keys.stream().filter(key -> key.matches("[023]\\..*")).count();
    List<ParameterSpec> embedding = all.subList(0, 2);
    assertThat(keys.subList(0, 2)).allMatch(key -> key.startsWith("0."));
    List<ParameterSpec> second = new ArrayList<>(embedding);
    second.addAll(all.subList(first, all.size()));
    List<OptimizerPart> stages = List.of(stage(all.subList(0, first)), stage(second));
    List<ParameterOrder> orders =
        new StageOrders(keys, StageOrders.byHome(all), 1, 2).of(stages, true);
    assertThat(orders.get(0).groups().get(0))
        .extracting(ParameterOrder.Entry::key)
        .isEqualTo(decaying(all.subList(0, first)));
    assertThat(orders.get(1).groups().get(0))
        .extracting(ParameterOrder.Entry::key)
        .isEqualTo(decaying(second));
  }

  private static List<String> decaying(List<ParameterSpec> specs) {
    return specs.stream().filter(spec -> spec.group().decays()).map(ParameterSpec::key).toList();
  }

  private OptimizerPart stage(List<ParameterSpec> specs) throws IOException {
    int decaying = decaying(specs).size();
    Path file = directory.resolve("empty.pt");
    TorchFileWriter.write(file, Map.of());
    try (TorchFile empty = TorchFile.open(file)) {
      return new OptimizerPart(
          empty,
          Map.of(
              "state", Map.of(),
              "param_groups",
                  List.of(
                      Map.of("params", IntStream.range(0, decaying).boxed().toList()),
                      Map.of("params", IntStream.range(decaying, specs.size()).boxed().toList()))));
    }
  }

  private void assertCounted() throws IOException {
    try (NeoxCheckpoint checkpoint = NeoxCheckpoint.open(directory, OptionalLong.empty(), model);
        DeepSpeedOptimizer optimizer = DeepSpeedOptimizer.open(checkpoint).orElseThrow()) {
      assertThat(optimizer.step()).isEqualTo(3);
      for (int group = 0; group < 2; group++) {
        long at = 0;
        for (ParameterSpec spec : group(group)) {
          long end = at + spec.shape().count();
          for (String slot : List.of("exp_avg", "exp_avg_sq", OptimizerStateFile.MASTER)) {
            assertThat(optimizer.view(spec, slot).bytes().mismatch(counted(at, end).bytes()))
                .as("%s of %s", slot, spec.key())
                .isEqualTo(-1);
          }
          at = end;
        }
      }
    }
  }

  private List<ParameterSpec> group(int group) {
    return network.parameters().stream()
        .filter(spec -> spec.group().decays() == (group == 0))
        .toList();
  }

  private long[] sizes() {
    return IntStream.range(0, 2)
        .mapToLong(group -> group(group).stream().mapToLong(spec -> spec.shape().count()).sum())
        .toArray();
  }

  private Map<String, Object> module() {
    Map<String, Object> module = new LinkedHashMap<>();
    network
        .parameters()
        .forEach(spec ->
            module.put("sequential." + spec.key(), counted(0, spec.shape().count(), spec.shape())));
    return module;
  }

  private static Map<String, Object> state(TensorView numbers) {
    return Map.of("exp_avg", numbers, "exp_avg_sq", numbers, "step", 3);
  }

  private static TensorView counted(long from, long to) {
    return counted(from, to, Shape.of(to - from));
  }

  private static TensorView counted(long from, long to, Shape shape) {
    TensorView view =
        new TensorView(DType.FLOAT32, shape, Floats.allocate(DType.FLOAT32, shape.count()));
    for (long i = from; i < to; i++) {
      view.bytes().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i - from, (float) i);
    }
    return view;
  }

  private void writeStates(Map<String, Object> state) throws IOException {
    TorchFileWriter.write(Files.createDirectories(directory).resolve(STATES), state);
  }

  private void writePartition(int rank, Map<String, Object> state) throws IOException {
    TorchFileWriter.write(
        directory.resolve("zero_pp_rank_%d_mp_rank_00_optim_states.pt".formatted(rank)),
        Map.of("optimizer_state_dict", state));
  }
}
