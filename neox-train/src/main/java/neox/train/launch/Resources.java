package neox.train.launch;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.base.json.Json;

/// Hosts in the order of their ranks, and of each the slots that hold a rank: the numbers of GPUs,
/// or on a CPU of processes.
record Resources(SequencedMap<String, List<Integer>> slots) {
  /// Where no hostfile names another host.
  static final String LOCALHOST = "localhost";

  Resources {
    SequencedMap<String, List<Integer>> copy = new LinkedHashMap<>();
    slots.forEach((host, numbers) -> copy.put(host, List.copyOf(numbers)));
    slots = Collections.unmodifiableSequencedMap(copy);
  }

  static Resources of(String host, List<Integer> slots) {
    SequencedMap<String, List<Integer>> one = new LinkedHashMap<>();
    one.put(host, slots);
    return new Resources(one);
  }

  /// Slots 0, 1, … of a host.
  static List<Integer> first(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  List<String> hosts() {
    return List.copyOf(slots.keySet());
  }

  String firstHost() {
    return slots.firstEntry().getKey();
  }

  List<Integer> slots(String host) {
    return slots.getOrDefault(host, List.of());
  }

  /// How many ranks all hosts hold.
  int worldSize() {
    return slots.values().stream().mapToInt(List::size).sum();
  }

  /// How many ranks the hosts before this one hold: the first rank of this one.
  int ranksBefore(int node) {
    return slots.values().stream().limit(node).mapToInt(List::size).sum();
  }

  /// DeepSpeed's `--world_info`: the hosts and slots as JSON, in the letters that words of any
  /// shell may have.
  String worldInfo() {
    String json =
        slots.entrySet().stream()
            .map(entry -> "\"%s\": %s".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", ", "{", "}"));
    return Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  /// The hosts and slots that [#worldInfo] has written.
  static Resources ofWorldInfo(String encoded) {
    JsonNode tree;
    try {
      byte[] json = Base64.getUrlDecoder().decode(encoded);
      tree = Json.parse(new String(json, StandardCharsets.UTF_8), "--world_info");
    } catch (IllegalArgumentException e) {
      throw new UserException("--world_info: expected base64, found '" + encoded + "'", e);
    }
    SequencedMap<String, List<Integer>> slots = new LinkedHashMap<>();
    tree.properties()
        .forEach(host -> {
          List<Integer> numbers = new ArrayList<>();
          host.getValue().forEach(slot -> numbers.add(slot.intValue()));
          slots.put(host.getKey(), numbers);
        });
    if (slots.isEmpty()) {
      throw UserException.of("--world_info: expected hosts and slots, found %s", tree);
    }
    return new Resources(slots);
  }
}
