package neox.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LaunchConfig;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every recorded launch of GPT-NeoX is planned here to the same line.
class CommandLinesTest {
  private static final Path LINES =
      Path.of("src/test/resources/golden/launcher/command-lines.jsonl");
  private static final Path CWD = Path.of("/cwd");
  private static final String LEFT_OVER = "worker-1 slots=0\nworker-2 slots=2\n";

  /// Where we do otherwise on purpose: Open MPI is to be started from outside, too; the machine of
  /// the recording had no library of MPI.
  private static final Map<String, List<String>> OURS =
      Map.of(
          "openmpi_plain_no_ompi_env", openMpi(8),
          "mpi_flag_single", openMpi(4));

  private static List<String> openMpi(int ranks) {
    List<String> words =
        new ArrayList<>(List.of("mpirun", "-n", String.valueOf(ranks), "-hostfile", "hostfile"));
    words.addAll(List.of("--mca", "btl", "^openib", "--mca", "btl_tcp_if_include", "eth0"));
    words.addAll(List.of("-x", "UCX_TLS=\"tcp\"", "-x", "PYTHONPATH=\"/cwd:/pp\""));
    words.addAll(List.of("neox-train", "--rank-from-environment"));
    words.addAll(List.of("--master_addr=10.0.0.1", "--master_port=29500", "c.yml"));
    return words;
  }

  static Stream<Named<JsonNode>> recorded() throws IOException {
    return Files.readAllLines(LINES).stream()
        .map(line -> Json.parse(line, LINES.toString()))
        .map(run -> Named.of(run.get("name").asText(), run));
  }

  @Test
  void thereAreAllSeventyFour() throws IOException {
    assertThat(recorded().map(Named::getName)).hasSize(74).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void plansTheLineThatWasRecorded(JsonNode run) throws IOException {
    List<String> ours = OURS.get(run.get("name").asText());
    if (ours != null) {
      assertThat(plan(run, new ArrayList<>()).start().commands()).containsExactly(ours);
      return;
    }
    if (run.has("error")) {
      assertThatThrownBy(() -> plan(run, new ArrayList<>()))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(message(run.get("error").asText()));
      return;
    }
    List<String> asked = new ArrayList<>();
    LaunchPlan plan = plan(run, asked);
    Start start = plan.start();
    assertThat(start.commands("/tmp/hosts")).containsExactly(command(run, plan.meeting()));
    assertThat(asked).isEqualTo(texts(run.get("ssh_probe")));
    if (run.has("world_info")) {
      assertThat(Json.mapper().valueToTree(plan.resources().slots()).toString())
          .isEqualTo(run.get("world_info").toString());
    }
    SequencedMap<String, String> environment = environment(run);
    environment.putAll(start.environment());
    run.get("env_set")
        .properties()
        .forEach(set ->
            assertThat(environment).containsEntry(set.getKey(), here(set.getValue().asText())));
    boolean mvapich = plan.launcher() instanceof Launcher.Mvapich;
    assertThat(start.hostfile())
        .isEqualTo(
            mvapich ? Optional.of(run.get("mvapich_tmp_hostfile").asText()) : Optional.empty());
  }

  /// What an exception of Python says; a missing key is its name.
  private static String message(String error) {
    return error.replaceFirst("^KeyError: '(\\w+)'$", "$1").replaceFirst("^\\w+: ", "");
  }

  /// The recorded words, with ours where its programs become ranks.
  private static List<String> command(JsonNode run, Meeting meeting) {
    List<String> words = new ArrayList<>(texts(run.get("cmd")));
    int python = words.indexOf("<PYTHON>");
    boolean agent = words.get(python + 2).equals("-m");
    List<String> before = words.subList(0, python).stream().map(CommandLinesTest::here).toList();
    List<String> ours = withoutKey(before);
    ours.add("neox-train");
    if (agent) {
      assertThat(words.get(python + 3)).isEqualTo("deepspeed.launcher.launch");
      ours.add("agent");
      int script = words.indexOf("train.py");
      List<String> options = words.subList(python + 4, script);
      assertThat(options.getLast()).isEqualTo("--enable_each_rank_log=None");
      ours.addAll(options.subList(0, options.size() - 1));
      ours.add("--");
    } else {
      assertThat(words.get(python + 2)).isEqualTo("train.py");
      ours.add("--rank-from-environment");
      ours.add("--master_addr=" + meeting.address());
      ours.add("--master_port=" + meeting.port());
    }
    ours.add("c.yml");
    return ours;
  }

  /// DeepSpeed shows the key of W&B to everybody who looks at processes.
  private static List<String> withoutKey(List<String> recorded) {
    List<String> words = new ArrayList<>();
    boolean openMpi = recorded.contains("-hostfile");
    for (String word : recorded) {
      if (word.startsWith("WANDB_API_KEY=")) {
        words.removeLast(); // the option before it
      } else {
        words.add(word.replaceFirst("(export |,)WANDB_API_KEY=\"KEY\"(; )?", ""));
      }
    }
    if (openMpi && words.size() < recorded.size()) {
      words.addAll(List.of("-x", "WANDB_API_KEY"));
    }
    return words;
  }

  @Test
  void theKeyOfWandbIsInNoCommandLine() throws IOException {
    for (Named<JsonNode> named : recorded().toList()) {
      if (!named.getPayload().has("error") && !OURS.containsKey(named.getName())) {
        LaunchPlan plan = plan(named.getPayload(), new ArrayList<>());
        assertThat(String.join(" ", plan.lines())).as(named.getName()).doesNotContain("\"KEY");
        if (named.getName().equals("pdsh_env_exports")) {
          assertThat(plan.warnings())
              .contains(
                  "WANDB_API_KEY is not handed on, since command lines can be read by everybody; let"
                      + " wandb login put it into ~/.netrc on worker-1");
        }
      }
    }
  }

  private static String here(String recorded) {
    return recorded.replace("<CWD>", "/cwd").replace("<PP>", "/pp").replace("<PATH>", "/tmp/hosts");
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static SequencedMap<String, String> environment(JsonNode run) {
    SequencedMap<String, String> environment = new LinkedHashMap<>();
    environment.put("PYTHONPATH", "/pp");
    run.path("env").properties().forEach(v -> environment.put(v.getKey(), v.getValue().asText()));
    return environment;
  }

  private static LaunchPlan plan(JsonNode run, List<String> asked) throws IOException {
    SequencedMap<String, String> environment = environment(run);
    LaunchConfig config = config(run.get("config"));
    String visible = environment.getOrDefault("CUDA_VISIBLE_DEVICES", "");
    LocalHost here = new LocalHost(Set.of(), LocalHost.visible(visible, 2), false);
    LaunchRequest request =
        new LaunchRequest(
            config,
            here,
            hostfile(run, environment),
            environment,
            new RankCommand(List.of("neox-train"), List.of("c.yml")),
            CWD);
    return LaunchPlanner.plan(
        request,
        List.of(),
        command -> {
          asked.add(String.join(" ", command));
          return new HostProbe.Answer(0, "10.0.0.1 172.17.0.1 \n");
        });
  }

  private static Optional<Hostfile> hostfile(JsonNode run, Map<String, String> environment) {
    String text = run.has("hostfile") ? run.get("hostfile").asText() : "";
    if (environment.containsKey("DLTS_HOSTFILE")) {
      text = LEFT_OVER;
    }
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(Hostfile.parse("hostfile", text.lines().toList()));
  }

  private static LaunchConfig config(JsonNode keys) throws IOException {
    Map<String, String> overrides = new LinkedHashMap<>();
    Map<String, String> network =
        Map.of("num_layers", "2", "hidden_size", "64", "num_attention_heads", "4");
    overrides.putAll(network);
    overrides.putAll(
        Map.of(
            "seq_length", "64",
            "max_position_embeddings", "64",
            "train_micro_batch_size_per_gpu", "4",
            "train_iters", "20",
            "optimizer", "{type: Adam, params: {lr: 0.003}}",
            "tokenizer_type", "CharLevelTokenizer"));
    keys.properties().forEach(key -> overrides.put(key.getKey(), key.getValue().toString()));
    return ConfigLoader.load(new ConfigSource(Optional.empty(), List.of(), overrides)).launch();
  }
}
