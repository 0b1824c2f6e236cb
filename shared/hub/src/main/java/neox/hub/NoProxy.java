package neox.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The hosts that are called without a proxy: `no_proxy`.
///
/// A list with commas of names, which stand for their sub-domains too and may begin with a dot; of
/// addresses; of networks such as `10.0.0.0/8`; each may end in a port. `*` stands for all.
record NoProxy(List<Entry> entries) {
  private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");

  NoProxy {
    entries = List.copyOf(entries);
  }

  /// What is called directly.
  sealed interface Entry {
    record All() implements Entry {}

    /// A host and what is below it.
    ///
    /// @param port empty for every port
    record Host(String name, Optional<Integer> port) implements Entry {}

    record Network(int address, int mask) implements Entry {}
  }

  static NoProxy parse(String list) {
    List<Entry> entries = new ArrayList<>();
    for (String item : list.toLowerCase(Locale.ROOT).split("[,\\s]+", -1)) {
      if (!item.isEmpty()) {
        entries.add(entry(item));
      }
    }
    return new NoProxy(entries);
  }

  private static Entry entry(String item) {
    if (item.equals("*")) {
      return new Entry.All();
    }
    int slash = item.indexOf('/');
    if (slash > 0 && DOTTED.matcher(item.substring(0, slash)).matches()) {
      Optional<Integer> bits = number(item.substring(slash + 1), 32);
      if (bits.isPresent()) {
        int mask = bits.get() == 0 ? 0 : -1 << (32 - bits.get());
        return new Entry.Network(bits(item.substring(0, slash)) & mask, mask);
      }
    }
    boolean bareIpv6 = item.indexOf(':') != item.lastIndexOf(':') && !item.startsWith("[");
    int colon = bareIpv6 ? -1 : item.lastIndexOf(':');
    Optional<Integer> port =
        colon < 0 ? Optional.empty() : number(item.substring(colon + 1), 65_535);
    String host = port.isPresent() ? item.substring(0, colon) : item;
    String name = host.replaceAll("^(?:\\*\\.|\\.)+", "").replaceAll("^\\[|]$", "");
    return new Entry.Host(name, port);
  }

  private static Optional<Integer> number(String digits, int most) {
    return Optional.of(digits)
        .filter(text -> text.matches("\\d{1,5}"))
        .map(Integer::valueOf)
        .filter(value -> value <= most);
  }

  /// @param host as in an address, without brackets
  boolean covers(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
    return entries.stream().anyMatch(entry -> covers(entry, name, port));
  }

  private static boolean covers(Entry entry, String host, int port) {
    return switch (entry) {
      case Entry.All all -> true;
      case Entry.Host named ->
          (host.equals(named.name()) || host.endsWith("." + named.name()))
              && named.port().map(wanted -> wanted == port).orElse(true);
      case Entry.Network network ->
          DOTTED.matcher(host).matches() && (bits(host) & network.mask()) == network.address();
    };
  }

  private static int bits(String dotted) {
    return Arrays.stream(dotted.split("\\.", -1))
        .mapToInt(Integer::parseInt)
        .reduce(0, (bits, part) -> bits << 8 | part);
  }
}
