package neox.train.launch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.config.LaunchConfig;
import neox.train.agent.HostRanks;

/// What starts one program on each host tells it: which host it is, of how many. The program starts
/// the ranks of the host.
///
/// `PET_…` are the options of torchrun, which Kubernetes' `TrainJob` sets; `SKYPILOT_…` are
/// SkyPilot's.
record NodeVariables(
    Map<String, String> environment, LaunchConfig config, LocalHost here, String host) {
  private static final String PET = "PET_";
  private static final String SKY = "SKYPILOT_";
  private static final List<String> FOR_TORCHRUN_TO_CHOOSE = List.of("auto", "gpu", "cpu");

  /// The ranks of this host; empty where the variables are not set.
  Optional<HostRanks> find() {
    Optional<HostRanks> pet = pet();
    Optional<HostRanks> sky = sky();
    if (pet.isPresent() && sky.isPresent() && !pet.equals(sky)) {
      throw UserException.of(
          "%sNODE_RANK and %sNODE_RANK are both set and differ: unset one of them", PET, SKY);
    }
    return pet.or(() -> sky);
  }

  /// Whether `RANK` is the number of a host, as Kubernetes' `PyTorchJob` has it beside torchrun's
  /// options: a rank that torchrun has started knows its place on the host, too.
  boolean countNodes() {
    boolean place = value("LOCAL_RANK").isPresent() || value("LOCAL_WORLD_SIZE").isPresent();
    return hasPet()
        && !place
        && value("RANK").isPresent()
        && value("RANK").equals(value(PET + "NODE_RANK"));
  }

  private boolean hasPet() {
    return value(PET + "NNODES").isPresent() || value(PET + "NPROC_PER_NODE").isPresent();
  }

  private Optional<HostRanks> pet() {
    if (!hasPet()) {
      return Optional.empty();
    }
    int nodes = value(PET + "NNODES").map(text -> number(PET + "NNODES", text, 1)).orElse(1);
    int perNode =
        value(PET + "NPROC_PER_NODE")
            .filter(text -> !FOR_TORCHRUN_TO_CHOOSE.contains(text))
            .map(text -> number(PET + "NPROC_PER_NODE", text, 1))
            .orElse(here.slots().size());
    int node = value(PET + "NODE_RANK").map(text -> number(PET + "NODE_RANK", text, 0)).orElse(0);
    if (nodes > 1) {
      require(PET + "NODE_RANK");
    }
    Optional<String> address = value(PET + "MASTER_ADDR").or(() -> value("MASTER_ADDR"));
    OptionalInt port = port(PET + "MASTER_PORT");
    return Optional.of(ranks(node, nodes, perNode, address.or(config.meeting()::address), port));
  }

  private Optional<HostRanks> sky() {
    if (value(SKY + "NODE_RANK").isEmpty() || value(SKY + "NODE_IPS").isEmpty()) {
      return Optional.empty();
    }
    List<String> addresses = value(SKY + "NODE_IPS").orElseThrow().strip().lines().toList();
    int gpus =
        value(SKY + "NUM_GPUS_PER_NODE")
            .map(text -> number(SKY + "NUM_GPUS_PER_NODE", text, 0))
            .orElse(0);
    int perNode =
        here.hasGpus() && gpus > 0 ? gpus : config.hosts().slots().orElse(here.slots().size());
    int node = number(SKY + "NODE_RANK", value(SKY + "NODE_RANK").orElseThrow(), 0);
    Optional<String> address = value("MASTER_ADDR").or(config.meeting()::address);
    return Optional.of(
        ranks(
            node,
            addresses.size(),
            perNode,
            address.or(() -> Optional.of(addresses.getFirst().strip())),
            OptionalInt.empty()));
  }

  private HostRanks ranks(
      int node, int nodes, int perNode, Optional<String> address, OptionalInt port) {
    List<String> devices =
        here.hasGpus() ? here.slots().stream().map(String::valueOf).toList() : List.of();
    if (nodes == 1) {
      return HostRanks.alone(host, perNode, devices);
    }
    if (node >= nodes) {
      throw UserException.of(
          "%s: expected a number from 0 to %d, as there are %d hosts, found %d",
          value(PET + "NNODES").isPresent() ? PET + "NODE_RANK" : SKY + "NODE_RANK",
          nodes - 1,
          nodes,
          node);
    }
    String meeting =
        address.orElseThrow(() ->
            UserException.of(
                "%sMASTER_ADDR is not set, but there are %d hosts: set it to the address of host 0",
                PET, nodes));
    return new HostRanks(
        host,
        node * perNode,
        perNode,
        nodes * perNode,
        meeting,
        port.orElse(config.meeting().port()),
        devices);
  }

  private OptionalInt port(String name) {
    Optional<String> text = value(name).or(() -> value("MASTER_PORT"));
    return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(number(name, text.get(), 1));
  }

  private void require(String name) {
    if (value(name).isEmpty()) {
      throw UserException.of(
          "%s is not set, but there are %s hosts (%sNNODES)",
          name, value(PET + "NNODES").orElse("several"), PET);
    }
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }

  private static int number(String name, String text, int least) {
    if (!text.strip().matches("\\d{1,7}") || Integer.parseInt(text.strip()) < least) {
      throw UserException.of("%s: expected a number of at least %d, found '%s'", name, least, text);
    }
    return Integer.parseInt(text.strip());
  }
}
