package neox.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.parallel.Launch;
import neox.train.agent.HostRanks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartsTest {
  private static final HostProbe NOBODY =
      command -> new HostProbe.Answer(0, "10.0.0.1 " + command.size());

  @TempDir Path directory;

  private Part part(String variables, String... keys) throws IOException {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (String key : keys) {
      overrides.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1));
    }
    overrides.putIfAbsent("master_port", "29500");
    Situation situation =
        new Situation(
            ConfigLoader.open(new ConfigSource(Optional.empty(), List.of(), overrides)).launching(),
            "cpu",
            environment(variables),
            List.of("neox-train"),
            List.of("a.yml"),
            directory);
    long ranks = situation.keys().parallel().ranksPerReplica();
    LocalHost here = new LocalHost(Set.of("me"), Resources.first(Math.toIntExact(ranks)), false);
    return Parts.of(situation, here, NOBODY);
  }

  private static Map<String, String> environment(String variables) {
    return Arrays.stream(variables.split(" "))
        .filter(variable -> !variable.isEmpty())
        .map(variable -> variable.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].replace(';', '\n')));
  }

  @Test
  void oneRankIsThisProcessUnlessMoreAreAskedFor() throws IOException {
    assertThat(part("")).isEqualTo(new Part.Alone());
    assertThat(ranks(part("", "num_gpus=3"))).extracting(HostRanks::worldSize).isEqualTo(3);
    assertThat(ranks(part("", "pipe_parallel_size=2", "model_parallel_size=2")))
        .extracting(HostRanks::here)
        .isEqualTo(4);
    assertThat(part("", "pipe_parallel_size=2", "num_gpus=1")).isEqualTo(new Part.Alone());
  }

  private static HostRanks ranks(Part part) {
    assertThat(part).isInstanceOf(Part.Host.class);
    return ((Part.Host) part).ranks();
  }

  @Test
  void whatStartedItWinsOverTheConfiguration() throws IOException {
    assertThat(part("RANK=1 WORLD_SIZE=4 MASTER_ADDR=a MASTER_PORT=5", "num_gpus=3"))
        .isEqualTo(new Part.Rank(new Launch(1, 4, "a", 5)));
  }

  /// first rank here, ranks here, ranks of all, where they meet
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PET_NNODES=2 PET_NPROC_PER_NODE=4 PET_NODE_RANK=1 PET_MASTER_ADDR=job-node-0-0 PET_MASTER_PORT=29400 | 4 | 4 | 8 | job-node-0-0:29400
          RANK=1 WORLD_SIZE=8 MASTER_ADDR=w-0 MASTER_PORT=23456 PET_NNODES=2 PET_NPROC_PER_NODE=4 PET_NODE_RANK=1 PET_MASTER_ADDR=w-0 PET_MASTER_PORT=23456 | 4 | 4 | 8 | w-0:23456
          PET_NNODES=1 PET_NPROC_PER_NODE=2                                                  | 0 | 2 | 2 | 127.0.0.1:0
          SKYPILOT_NODE_RANK=2 SKYPILOT_NODE_IPS=10.0.0.5;10.0.0.6;10.0.0.7 SKYPILOT_NUM_GPUS_PER_NODE=8 | 4 | 2 | 6 | 10.0.0.5:29500
          """)
  void startsTheRanksOfItsHostWhereOneProgramIsStartedOnEach(
      String variables, int first, int here, int all, String meeting) throws IOException {
    HostRanks ranks = ranks(part(variables, "num_gpus=2"));
    assertThat(ranks.first()).isEqualTo(first);
    assertThat(ranks.here()).isEqualTo(here);
    assertThat(ranks.worldSize()).isEqualTo(all);
    assertThat(ranks.masterAddress() + ":" + ranks.masterPort()).isEqualTo(meeting);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PET_NNODES=2 PET_NPROC_PER_NODE=1                   | PET_NODE_RANK is not set, but there are 2 hosts (PET_NNODES)
          PET_NNODES=2 PET_NPROC_PER_NODE=1 PET_NODE_RANK=0   | PET_MASTER_ADDR is not set, but there are 2 hosts: set it to the address of host 0
          PET_NNODES=1:4                                      | PET_NNODES: expected a number of at least 1, found '1:4'
          PET_NNODES=2 PET_NODE_RANK=2 PET_MASTER_ADDR=a      | PET_NODE_RANK: expected a number from 0 to 1, as there are 2 hosts, found 2
          SLURM_NTASKS=8 SLURM_PROCID=0                       | SLURM_NTASKS is 8, but this is the job's batch script, which runs once: start the ranks with srun neox-train …, or set launcher to slurm
          """)
  void refusesInOneLineWhatIsNotWhole(String variables, String message) {
    assertThatThrownBy(() -> part(variables)).isInstanceOf(UserException.class).hasMessage(message);
  }

  @Test
  void takesTheHostsThatSlurmHasGiven() throws IOException {
    Part part = part("SLURM_NTASKS=3 SLURM_PROCID=0 SLURM_JOB_NODELIST=n[1-2]", "launcher=slurm");
    LaunchPlan plan = ((Part.Job) part).plan();
    assertThat(plan.worldSize()).isEqualTo(3);
    assertThat(plan.lines())
        .containsExactly(
            "srun -n 3 --export=ALL neox-train --rank-from-environment --master_addr=n1"
                + " --master_port=29500 a.yml");
  }

  @Test
  void handsTheFilesOfDeepSpeedOn() throws IOException {
    Files.writeString(directory.resolve(".deepspeed_env"), "NCCL_IB_DISABLE=1\n# no\nA B\n");
    Files.writeString(directory.resolve("hosts"), "a slots=1\nb slots=1\n");
    Part part = part("OMP_NUM_THREADS=4 SECRET=x", "hostfile=" + directory.resolve("hosts"));
    assertThat(((Part.Job) part).plan().lines().getFirst())
        .contains("export NCCL_IB_DISABLE=\"1\"; export OMP_NUM_THREADS=\"4\"; ")
        .doesNotContain("SECRET");
  }

  @Test
  void saysWhereAHostfileIsMissing() throws IOException {
    Part part = part("", "hostfile=" + directory.resolve("none"), "num_gpus=2");
    assertThat(((Part.Host) part).warnings())
        .containsExactly(
            directory.resolve("none") + ": no such hostfile; the run stays on this host");
  }

  @Test
  void aRankOfALauncherHasItsNumberInTheEnvironment() throws IOException {
    ConfigSource source =
        new ConfigSource(Optional.empty(), List.of(), Map.of("master_addr", "n1"));
    var config = ConfigLoader.open(source).launching().config();
    assertThat(Parts.rank(config, environment("PMI_RANK=1 PMI_SIZE=2")).launch())
        .isEqualTo(new Launch(1, 2, "n1", 29_500));
    assertThatThrownBy(() -> Parts.rank(config, Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "--rank-from-environment: nothing in the environment says which rank");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -p 2222 -i 'my key'    | -p,2222,-i,my key
          a"b c"d e\\ f          | ab cd,e f
          ''                     | ''
          """,
      quoteCharacter = '`')
  void splitsWordsAsAShellDoes(String line, String words) {
    assertThat(Shell.words("launcher_args", line))
        .containsExactly(words.equals("''") ? new String[] {""} : words.split(","));
  }

  @Test
  void refusesAQuoteThatIsNotClosed() {
    assertThatThrownBy(() -> Shell.words("launcher_args", "a 'b"))
        .isInstanceOf(UserException.class)
        .hasMessage("launcher_args: a quote is not closed in: a 'b");
    assertThat(Shell.quoted("it's")).isEqualTo("'it'\\''s'");
  }

  @Test
  void readsBackWhatItTellsAgents() {
    Resources hosts = Hostfile.parse("h", List.of("a slots=2", "b slots=1")).resources();
    assertThat(Resources.ofWorldInfo(hosts.worldInfo())).isEqualTo(hosts);
    HostRanks ranks = new AgentOrder(hosts.worldInfo(), 1, "a", 7).ranks(false).orElseThrow();
    assertThat(ranks).isEqualTo(new HostRanks("b", 2, 1, 3, "a", 7, List.of()));
    assertThatThrownBy(() -> new AgentOrder(hosts.worldInfo(), 2, "a", 7).ranks(false))
        .hasMessage("--node_rank: expected a number from 0 to 1, as there are 2 hosts, found 2");
    assertThatThrownBy(() -> Resources.ofWorldInfo("%"))
        .hasMessage("--world_info: expected base64, found '%'");
  }
}
