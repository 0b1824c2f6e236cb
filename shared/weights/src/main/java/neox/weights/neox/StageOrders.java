package neox.weights.neox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import neox.weights.neox.ParameterOrder.Entry;
import neox.weights.spec.Home;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.ParameterSpec.Role;
import neox.weights.spec.Shards;

/// Which parameters each pipeline stage's optimizer has, and in which order, for files that do not
/// say: GPT-NeoX's groups, filled layer by layer.
final class StageOrders {
  private final TreeMap<Integer, List<ParameterSpec>> layers = new TreeMap<>();
  private final int tensorRanks;
  private final int groups;

  /// @param keys of the checkpoint, in the order of its files
  /// @param table the parameters by the key of each home
  /// @param groups how many the optimizer has: one without weight decay, else two, with muP three
  StageOrders(
      Iterable<String> keys, Map<String, ParameterSpec> table, int tensorRanks, int groups) {
    this.tensorRanks = tensorRanks;
    this.groups = groups;
    for (String key : keys) {
      ParameterSpec spec = table.get(key);
      if (spec != null && spec.key().equals(key)) { // later homes hold the same parameter again
        Home home = spec.homes().getFirst();
        layers.computeIfAbsent(home.layer(), _ -> new ArrayList<>()).add(spec);
      }
    }
  }

  /// The parameters by group of each stage.
  ///
  /// @param tied whether the last stage has the embedding, too
  /// @param stages the optimizer of each
  List<ParameterOrder> of(List<OptimizerPart> stages, boolean tied) {
    List<ParameterOrder> orders = new ArrayList<>();
    List<Integer> left = new ArrayList<>(layers.keySet());
    for (int stage = 0; stage < stages.size(); stage++) {
      OptimizerPart part = stages.get(stage);
      List<List<Entry>> filled = empty();
      if (tied && stage > 0 && stage == stages.size() - 1) {
        add(filled, layers.firstEntry().getValue());
      }
      boolean last = stage == stages.size() - 1; // it has all that is left
      while (!left.isEmpty() && (last || !isFull(part, filled))) {
        add(filled, Objects.requireNonNull(layers.get(left.removeFirst())));
      }
      orders.add(new ParameterOrder(filled));
    }
    return orders;
  }

  private List<List<Entry>> empty() {
    List<List<Entry>> filled = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      filled.add(new ArrayList<>());
    }
    return filled;
  }

  private void add(List<List<Entry>> filled, List<ParameterSpec> layer) {
    for (ParameterSpec spec : layer) {
      filled.get(group(spec)).add(new Entry(spec.key(), Shards.local(spec, tensorRanks)));
    }
  }

  /// GPT-NeoX's groups are: all that decay, all that do not. MuP takes matrices out of the first.
  private int group(ParameterSpec spec) {
    if (groups == 1 || (spec.group().decays() && (groups == 2 || spec.role() == Role.MATRIX))) {
      return 0;
    }
    return spec.group().decays() ? 1 : groups - 1;
  }

  private static boolean isFull(OptimizerPart part, List<List<Entry>> filled) {
    for (int group = 0; group < filled.size(); group++) {
      long found =
          switch (part.form()) {
            case BY_PARAMETER -> filled.get(group).size();
            case BY_GROUP, BY_PARTITION ->
                filled.get(group).stream().mapToLong(entry -> entry.shape().count()).sum();
          };
      long expected =
          switch (part.form()) {
            case BY_PARAMETER -> group < part.groups().size() ? part.groups().get(group).size() : 0;
            case BY_GROUP, BY_PARTITION -> part.length(group);
          };
      if (found < expected) {
        return false;
      }
    }
    return true;
  }

  /// The parameters by the key of every home.
  static Map<String, ParameterSpec> byHome(Iterable<ParameterSpec> specs) {
    Map<String, ParameterSpec> table = new LinkedHashMap<>();
    for (ParameterSpec spec : specs) {
      spec.homes().forEach(home -> table.put(home.key(), spec));
    }
    return table;
  }
}
