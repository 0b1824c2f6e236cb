package neox.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.config.Value.Items;
import neox.config.Value.Scalar;

/// Which kind of attention each block has: NeoX's `attention_config`.
///
/// Written `[[[global], 12]]` (patterns with how often each repeats; `all` fills the network) or as
/// a flat list with one word per block.
record AttentionPattern(List<Group> groups) {
  private static final Map<String, String> REFUSED =
      Map.of(
          "local", "block-sparse attention is not part of it",
          "bigbird", "block-sparse attention is not part of it",
          "bslongformer", "block-sparse attention is not part of it",
          "fixed", "block-sparse attention is not part of it",
          "variable", "block-sparse attention is not part of it",
          "gmlp", "gMLP blocks are not part of it",
          "amlp", "gMLP blocks are not part of it",
          "mamba", "state-space blocks are not part of it",
          "rwkv", "RWKV blocks are not part of it");

  /// A pattern and its repetitions; 0 stands for `all`.
  record Group(List<String> kinds, int times) {}

  static ConfigType<AttentionPattern> type() {
    return new ConfigType<>(
        "list",
        "a list like [[[global], 12]] of the words global and flash",
        AttentionPattern::parse,
        AttentionPattern::hint);
  }

  /// How many blocks it describes in a network of `layers`.
  int length(int layers) {
    int length = 0;
    for (Group group : groups) {
      if (group.times() == 0) {
        return layers % group.kinds().size() == 0 ? layers : length;
      }
      length += group.kinds().size() * group.times();
    }
    return length;
  }

  /// The form in which it is written.
  List<Object> asList() {
    List<Object> list = new ArrayList<>();
    for (Group group : groups) {
      list.add(List.of(group.kinds(), group.times() == 0 ? "all" : group.times()));
    }
    return list;
  }

  private static Optional<AttentionPattern> parse(Value value) {
    if (!(value instanceof Items list) || list.items().isEmpty()) {
      return Optional.empty();
    }
    Optional<List<String>> flat = kinds(value);
    if (flat.isPresent()) {
      return Optional.of(new AttentionPattern(List.of(new Group(flat.get(), 1))));
    }
    List<Group> groups = new ArrayList<>();
    for (Value item : list.items()) {
      group(item).ifPresent(groups::add);
    }
    return groups.size() == list.items().size()
        ? Optional.of(new AttentionPattern(List.copyOf(groups)))
        : Optional.empty();
  }

  private static Optional<Group> group(Value value) {
    if (!(value instanceof Items pair) || pair.items().size() != 2) {
      return Optional.empty();
    }
    Optional<Integer> times =
        pair.items().get(1) instanceof Scalar s && s.text().equals("all")
            ? Optional.of(0)
            : ConfigType.integer(Range.atLeast(1)).parse(pair.items().get(1));
    return kinds(pair.items().get(0)).flatMap(k -> times.map(n -> new Group(k, n)));
  }

  private static Optional<List<String>> kinds(Value value) {
    ConfigType<String> kind = ConfigType.oneOf(List.of("global", "flash"), REFUSED);
    return ConfigType.list(kind).parse(value).filter(k -> !k.isEmpty()).map(List::copyOf);
  }

  private static String hint(Value value) {
    return switch (value) {
      case Scalar scalar -> {
        String word = scalar.text().toLowerCase(Locale.ROOT);
        String reason = REFUSED.get(word.startsWith("sparse") ? "fixed" : word);
        yield reason == null
            ? ""
            : "; GPT-NeoX has '%s', this program does not: %s".formatted(scalar.text(), reason);
      }
      case Items items ->
          items.items().stream()
              .map(AttentionPattern::hint)
              .filter(h -> !h.isEmpty())
              .findFirst()
              .orElse("");
      case Value.Fields fields -> "";
    };
  }
}
