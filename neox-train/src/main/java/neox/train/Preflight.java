package neox.train;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.base.Version;
import neox.parallel.Ranks;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What all ranks make sure of together before any of them touches data: that they reach each other
/// in every group, and that they are the same program with the same configuration. All ranks call
/// it together; where it complains, it does so on all of them in the same words.
///
/// @param device on which this rank computes: its groups are tried there, too
/// @param host of this rank, for people
record Preflight(Ranks ranks, Device device, String host) {
  private static final Placement NUMBERS = Placement.cpu(ScalarType.Long);

  /// The rank that the others are compared with.
  private static final int FIRST = 0;

  /// Keys that may differ from host to host without a difference to the run.
  private static final Set<String> PLACES = Set.of("hostfile", "log_dir", "tensorboard_dir");

  /// @param effectiveYaml of the configuration of this rank
  void run(String effectiveYaml) {
    if (ranks.world().isAlone()) {
      return;
    }
    try (var _ = Scope.open()) {
      sums(NUMBERS);
      if (!device.equals(Device.CPU)) {
        sums(new Placement(device, ScalarType.Long));
      }
      compare(facts(effectiveYaml));
    }
  }

  private void sums(Placement numbers) {
    sum("all ranks", ranks.world(), numbers);
    sum("pipeline stages", ranks.pipe(), numbers);
    sum("replicas", ranks.data(), numbers);
    sum("tensor-parallel ranks", ranks.tensor(), numbers);
  }

  /// 1 + 2 + … + n, which every rank of a group must come to.
  private void sum(String group, Communicator members, Placement numbers) {
    if (members.isAlone()) {
      return;
    }
    long expected = (long) members.size() * (members.size() + 1) / 2;
    Tensor x = numbers.indices(members.rank() + 1L);
    members.allReduce(x, Reduction.SUM);
    long found = TensorData.longs(x)[0];
    if (found != expected) {
      throw UserException.of(
          "rank %d (%s): the numbers of %s add up to %d, expected %d: the network between them, or"
              + " %s, is not in order",
          ranks.rank(), host, group, found, expected, chooser(numbers.device()));
    }
  }

  /// The variable that chooses the network that a device's numbers take.
  private static String chooser(Device device) {
    return switch (device) {
      case Device.Cpu _, Device.Meta _ -> "GLOO_SOCKET_IFNAME";
      case Device.Cuda _ -> "NCCL_SOCKET_IFNAME";
    };
  }

  /// What must be the same everywhere, by its name.
  static Map<String, String> facts(String effectiveYaml) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version of neox", Version.string());
    facts.put("version of Java", System.getProperty("java.version", ""));
    String section = "";
    for (String line : effectiveYaml.lines().toList()) {
      String said = line.replaceFirst("\\s+#.*$", "").stripTrailing();
      if (said.isEmpty() || said.startsWith("#")) {
        continue;
      }
      int colon = said.indexOf(':');
      String key = colon < 0 ? said.strip() : said.substring(0, colon).strip();
      section = Character.isWhitespace(said.charAt(0)) ? section : key;
      String name = section.equals(key) ? key : section + "." + key;
      if (!PLACES.contains(name)) {
        facts.merge(
            name, colon < 0 ? "" : said.substring(colon + 1).strip(), (a, b) -> a + " " + b);
      }
    }
    return facts;
  }

  private void compare(Map<String, String> mine) {
    List<String> lines = new ArrayList<>(List.of(host));
    mine.forEach((name, value) -> lines.add(name + ": " + value));
    String first = broadcast(String.join("\n", lines), FIRST);
    List<String> theirs = first.lines().toList();
    Optional<String> difference =
        difference(theirs.subList(1, theirs.size()), lines.subList(1, lines.size()))
            .map(words ->
                "rank %d (%s) is not set up as rank 0 (%s): %s"
                    .formatted(ranks.rank(), host, theirs.getFirst(), words));
    Tensor worst = NUMBERS.indices(difference.isPresent() ? ranks.rank() : FIRST);
    ranks.world().allReduce(worst, Reduction.MAX);
    int rank = Math.toIntExact(TensorData.longs(worst)[0]);
    if (rank != FIRST) {
      String told = broadcast(difference.orElse(""), rank);
      throw new UserException(
          told + "; see that all hosts have the same program and the same files");
    }
  }

  /// The first line that differs, in words.
  static Optional<String> difference(List<String> first, List<String> mine) {
    for (int i = 0; i < Math.max(first.size(), mine.size()); i++) {
      String there = i < first.size() ? first.get(i) : "nothing more";
      String here = i < mine.size() ? mine.get(i) : "nothing more";
      if (!there.equals(here)) {
        return Optional.of("it has '%s', and not '%s'".formatted(here, there));
      }
    }
    return Optional.empty();
  }

  /// A text of one rank, on all.
  private String broadcast(String text, int from) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new String(ranks.world().broadcast(utf8, from), StandardCharsets.UTF_8);
  }
}
