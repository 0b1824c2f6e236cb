package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.slow.SlowRows;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.train.plan.Gpus;
import neox.train.plan.Layout;
import neox.train.plan.MemoryPlan;
import neox.train.plan.PlannedRun;
import neox.train.plan.RankMemory;
import neox.train.plan.TensorMemory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is planned is what libtorch's allocator counts, rank by rank.
class PlannedMemoryTest {
  /// The plan counts what lives long and the worst moment of a backward pass; smaller things, such
  /// as what a collective copies, it leaves out.
  private static final double TOLERANCE = 0.10;

  private static final int VOCABULARY = 512;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest(name = "pipe {0}, data {1}, tensor {2}: {3}")
  @CsvSource({
    "1, 1, 1, ''",
    "1, 1, 1, checkpoint_activations=true",
    "1, 1, 1, norm=rmsnorm;activation=swiglu;num_kv_heads=2;rotary_pct=1.0;gpt_j_residual=false",
    "2, 1, 2, gradient_accumulation_steps=3;pos_emb=learned;no_weight_tying=false",
    "1, 2, 1, zero_optimization.stage=3",
    "1, 1, 2, sequence_parallel=true;checkpoint_activations=true"
  })
  @SlowRows({
    "1, 1, 1, precision=bfloat16",
    "1, 2, 1, zero_optimization.stage=1",
    "2, 1, 1, gradient_accumulation_steps=4",
    "1, 1, 2, ''",
    "1, 1, 1, pos_emb=alibi;attention_dropout=0.1;hidden_dropout=0.1",
    "1, 1, 1, pos_emb=alibi;recompute_granularity=selective",
    "1, 2, 1, zero_optimization.stage=2",
    "1, 1, 2, sequence_parallel=true",
    "1, 2, 1, zero_optimization.stage=3;precision=bfloat16"
  })
  void countsWhatEachRankAllocatesAtMost(int pipe, int data, int tensor, String more)
      throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    Topology topology = new Topology(pipe, data, tensor);
    ConfigSource source = source(fixture, topology, more);
    AtomicLongArray peaks = measure(source, topology);
    NeoxConfig config = RunPlan.read(source, topology.worldSize(), _ -> {}).loaded().config();
    PlannedRun run = new PlannedRun(config, VOCABULARY, Gpus.named(Gpus.CPU));
    MemoryPlan plan = MemoryPlan.of(run, Layout.of(config, topology));
    for (int rank = 0; rank < topology.worldSize(); rank++) {
      RankMemory planned = plan.stages().get(topology.coordinates(rank).pipe());
      double measured = peaks.get(rank);
      assertThat(planned.total())
          .as("bytes of rank %d: %s", rank, planned)
          .isCloseTo(measured, within(TOLERANCE * measured));
    }
  }

  static AtomicLongArray measure(ConfigSource source, Topology topology) {
    AtomicLongArray peaks = new AtomicLongArray(topology.worldSize());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Console console = new Console(InputStream.nullInputStream(), print, print, false, false);
    try (StopRequest stop = StopRequest.listen(console)) {
      Ranks.runInProcess(
          topology,
          ranks -> {
            RunPlan plan = RunPlan.read(source, topology.worldSize(), _ -> {});
            try (TensorMemory memory = TensorMemory.ofThisThread()) {
              int code = Training.run(plan, new Training.Seat(ranks, Device.CPU), console, stop);
              assertThat(code).isEqualTo(ExitCode.OK);
              peaks.set(ranks.rank(), memory.peak());
            }
          });
    }
    return peaks;
  }

  private ConfigSource source(TrainFixture fixture, Topology topology, String more) {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("data_path", fixture.dataPrefix().toString());
    overrides.put("log_dir", directory.resolve("log").toString());
    overrides.put("num_layers", "4");
    overrides.put("hidden_size", "128");
    overrides.put("num_attention_heads", "4");
    overrides.put("seq_length", "128");
    overrides.put("max_position_embeddings", "128");
    overrides.put("rotary_pct", "0.25");
    overrides.put("hidden_dropout", "0");
    overrides.put("attention_dropout", "0");
    overrides.put("train_micro_batch_size_per_gpu", "4");
    overrides.put("gradient_accumulation_steps", "2");
    overrides.put("make_vocab_size_divisible_by", "128");
    overrides.put("train_iters", "2");
    overrides.put("eval_iters", "0");
    overrides.put("pipe_parallel_size", String.valueOf(topology.pipe()));
    overrides.put("model_parallel_size", String.valueOf(topology.tensor()));
    overrides.putAll(ConfigSource.overrides(more.isEmpty() ? List.of() : List.of(more.split(";"))));
    return new ConfigSource(Optional.empty(), List.of(fixture.config()), overrides);
  }
}
