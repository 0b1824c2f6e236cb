package neox.train.plan;

import java.io.IOException;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.json.Json;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.NeoxConfig;
import neox.config.RunShape;
import neox.config.TokenizerConfig;
import neox.parallel.Topology;
import neox.tokenizer.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-train plan`: what a run will need and how long it will take, before a GPU is spent on it.
@Command(
    name = "plan",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Prints what each rank of a run will need, how long a step will take, and which layouts of"
            + " the same batch are faster.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train plan 20B.yml --world 96 --gpu a100-40g --vocab-size 50277",
      "  neox-train plan 20B.yml --world 64 --gpu h100-80g --set pipe_parallel_size=2 --json",
      "",
      "Nothing is tried: bytes are counted from the configuration, seconds are estimated from"
          + " what devices and links reach in published runs. docs/planning.md has the formulas."
    })
@HelpGroup("What to plan for")
public final class PlanCommand implements ToolCommand {
  private static final int BEST = 5;
  private static final double BITS = 8;
  private static final double GIGA = 1e9;

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();

  @Option(names = "--world", paramLabel = "N", description = "Ranks of the run (default: 1).")
  int world = 1;

  @Option(
      names = "--gpu",
      paramLabel = "NAME",
      description = "Kind of device, such as a100-40g, h100-80g or cpu (default: a100-80g).")
  String gpu = "a100-80g";

  @Option(
      names = {"--gpus-per-node", "--gpus_per_node"},
      paramLabel = "N",
      description = "Devices of one machine (default: what is usual).")
  @Nullable Integer perNode;

  @Option(
      names = "--network",
      paramLabel = "GBIT",
      description =
          "Network of one machine in gigabits per second, all its links together (default: what is"
              + " usual).")
  @Nullable Double network;

  @Option(
      names = {"--vocab-size", "--vocab_size"},
      paramLabel = "N",
      description = "Tokens of the tokenizer (default: its file is asked).")
  @Nullable Integer vocabSize;

  @Option(names = "--json", description = "Print JSON, in bytes and seconds.")
  boolean json;

  @Override
  public int call(Console console) throws IOException {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    require("--world", world);
    Gpu device = device();
    NeoxConfig read = ConfigLoader.read(config.source(), RunShape.ofRanks(world)).config();
    PlannedRun run = new PlannedRun(read, vocabulary(read.tokenizer()), device);
    int replicas = Math.toIntExact(world / read.parallel().ranksPerReplica());
    Topology topology =
        new Topology(read.parallel().stages(), replicas, read.parallel().modelParallelSize());
    Plan plan = Plan.of(run, Layout.of(read, topology));
    LayoutSearch.Result search =
        LayoutSearch.search(run, world, read.batch().trainBatchSize(), BEST);
    if (json) {
      console.out().println(Json.pretty(PlanJson.of(plan, search)));
    } else {
      PlanText.of(plan, search).forEach(console.out()::println);
    }
    return ExitCode.OK;
  }

  private Gpu device() {
    Gpu device = Gpus.named(gpu);
    if (perNode != null) {
      require("--gpus-per-node", perNode);
      device = device.withPerNode(perNode);
    }
    if (network == null) {
      return device;
    }
    if (!(network > 0)) {
      throw UserException.of("--network: expected a number above 0, found %s", network);
    }
    return device.withNetwork(network * GIGA / BITS / device.links().perNode());
  }

  private int vocabulary(TokenizerConfig tokenizer) {
    if (vocabSize != null) {
      require("--vocab-size", vocabSize);
      return vocabSize;
    }
    try {
      return Tokenizers.open(tokenizer.type(), tokenizer.vocabFile(), tokenizer.mergeFile())
          .vocabSize();
    } catch (UserException e) {
      throw new UserException(e.getMessage() + " (or say how many tokens it has: --vocab-size)");
    }
  }

  private static void require(String option, int value) {
    if (value < 1) {
      throw UserException.of("%s: expected a number of at least 1, found %d", option, value);
    }
  }
}
