package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import neox.base.slow.SlowRows;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Combinations of parallel forms and features, most of which GPT-NeoX refuses or fails at: what
/// they record is what one rank does. (Those that are refused: `CombinationsTest` of the
/// configuration.)
class CombinedRunTest {
  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @ParameterizedTest(name = "pipe {0}, data {1}, tensor {2}, ZeRO {3}: {4}")
  @CsvSource({
    "2, 2, 1, 3, soft_prompt_tuning.enabled=true;soft_prompt_tuning.num_tokens=4;seq_length=28",
    "1, 2, 1, 3, 'attention_config=[[[amlp, global], all]]'",
    "2, 1, 2, 1, pos_emb=rpe;no_weight_tying=false;checkpoint_activations=true"
  })
  @SlowRows({
    "2, 1, 2, 0, soft_prompt_tuning.enabled=true;soft_prompt_tuning.num_tokens=4;seq_length=28",
    "2, 1, 1, 0, 'attention_config=[[[gmlp, global], all]]'",
    "1, 2, 1, 2, optimizer.type=Lion;optimizer.params.lr=0.0001;min_lr=0",
    "2, 2, 1, 2, 'freeze_params=[0.*, 2.*, 3.*]'",
    "2, 2, 1, 1, pos_emb=learned;reset_position_ids=true;reset_attention_mask=true"
  })
  void recordsWhatOneRankDoes(int pipe, int data, int tensor, int zero, String settings)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(settings.split(";")));
    PipelinedRunTest.run(fixture, "one", new Topology(1, 1, 1), all);
    all.add("zero_optimization.stage=" + zero);
    PipelinedRunTest.run(fixture, "many", new Topology(pipe, data, tensor), all);
    PipelinedRunTest.assertSame(
        PipelinedRunTest.records(directory.resolve("many/metrics.jsonl")),
        PipelinedRunTest.records(directory.resolve("one/metrics.jsonl")));
  }

  /// Bit for bit: each is drawn by itself, whoever holds it.
  @Test
  void theFirstWeightsDoNotDependOnTheLayout() throws IOException {
    Map<String, byte[]> expected = first("one", new Topology(1, 1, 1));
    assertThat(expected).hasSizeGreaterThan(40);
    for (Topology topology :
        List.of(new Topology(2, 1, 1), new Topology(4, 1, 1), new Topology(2, 1, 2))) {
      Map<String, byte[]> actual = first(topology.toString(), topology);
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, bytes) -> assertThat(actual.get(name)).as(topology + " " + name).isEqualTo(bytes));
    }
  }

  private Map<String, byte[]> first(String name, Topology topology) throws IOException {
    PipelinedRunTest.run(
        fixture, name, topology, List.of("train_iters=1", "eval_iters=0", "extra_save_iters=[0]"));
    Map<String, byte[]> weights = new TreeMap<>();
    try (NeoxCheckpoint checkpoint =
        NeoxCheckpoint.open(
            directory.resolve(name).resolve("global_step0"), OptionalLong.empty())) {
      for (String parameter : checkpoint.names()) {
        weights.put(parameter, checkpoint.view(parameter).bytes().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return weights;
  }
}
