package neox.config.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigType;
import neox.config.table.Range;
import neox.config.table.Value;
import neox.config.table.Value.Items;
import neox.config.table.Value.Scalar;
import neox.config.table.WrittenForm;

/// What kind each block is of: NeoX's `attention_config`.
///
/// Written `[[[global], 12]]` (patterns with how often each repeats; `all` fills the network) or as
/// a flat list with one word per block.
record AttentionPattern(List<Group> groups) implements WrittenForm {
  private static final String SPARSE =
      "block-sparse attention is not built yet: it needs the Triton kernels of DeepSpeed";
  private static final Map<String, String> REFUSED =
      Map.of(
          "local", SPARSE,
          "bigbird", SPARSE,
          "bslongformer", SPARSE,
          "fixed", SPARSE,
          "variable", SPARSE,
          "mamba",
              "its state-space blocks are not built yet: they need the CUDA kernels of mamba_ssm",
          "rwkv", "its blocks are not built yet: they need a CUDA kernel of their own");

  /// A pattern and its repetitions; 0 stands for `all`.
  record Group(List<BlockKind> kinds, int times) {
    /// Whether it is repeated until the network is full.
    boolean fills() {
      return times == 0;
    }
  }

  static ConfigType<AttentionPattern> type() {
    return new ConfigType<>(
        "list",
        "a list like [[[global], 12]] of the words global, flash, gmlp and amlp",
        AttentionPattern::parse,
        AttentionPattern::hint);
  }

  /// How many blocks it describes in a network of `layers`, which may be more or fewer.
  long count(int layers) {
    long count = 0;
    for (Group group : groups) {
      int size = group.kinds().size();
      if (group.fills()) {
        return layers % size == 0 ? layers : count;
      }
      count += (long) size * group.times();
    }
    return count;
  }

  /// The kind of each block of a network of `layers`, when it describes as many.
  List<BlockKind> kinds(int layers) {
    List<BlockKind> kinds = new ArrayList<>();
    for (Group group : groups) {
      if (group.fills()) { // NeoX compat: it counts from the first block, whatever came before
        return repeat(group.kinds(), layers / group.kinds().size());
      }
      kinds.addAll(repeat(group.kinds(), group.times()));
    }
    return kinds;
  }

  private static List<BlockKind> repeat(List<BlockKind> kinds, int times) {
    return Collections.nCopies(times, kinds).stream().flatMap(List::stream).toList();
  }

  /// The form in which it is written.
  @Override
  public List<Object> asYaml() {
    List<Object> list = new ArrayList<>();
    for (Group group : groups) {
      List<String> words = group.kinds().stream().map(ConfigType::nameOf).toList();
      list.add(List.of(words, group.fills() ? "all" : group.times()));
    }
    return list;
  }

  private static Optional<AttentionPattern> parse(Value value) {
    if (!(value instanceof Items list) || list.items().isEmpty()) {
      return Optional.empty();
    }
    Optional<List<BlockKind>> flat = kinds(value);
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

  private static Optional<List<BlockKind>> kinds(Value value) {
    ConfigType<BlockKind> kind = ConfigType.choice(BlockKind.class, REFUSED);
    return ConfigType.list(kind).parse(value).filter(k -> !k.isEmpty()).map(List::copyOf);
  }

  /// A kind by itself, where a list belongs.
  private static String lonelyWordHint(Scalar scalar) {
    return ConfigType.choice(BlockKind.class, REFUSED).parse(scalar).isPresent()
        ? "; for all blocks write [[[" + scalar.text() + "], all]]"
        : "";
  }

  private static String hint(Value value) {
    String lonely = value instanceof Scalar scalar ? lonelyWordHint(scalar) : "";
    return lonely.isEmpty() ? refusalHint(value) : lonely;
  }

  private static String refusalHint(Value value) {
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
              .map(AttentionPattern::refusalHint)
              .filter(h -> !h.isEmpty())
              .findFirst()
              .orElse("");
      case Value.Fields fields -> "";
    };
  }
}
