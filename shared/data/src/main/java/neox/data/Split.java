package neox.data;

import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.data.indexed.ItemRange;

/// NeoX's `split`: relative shares of training, validation and test, such as `969, 30, 1`.
record Split(List<Double> shares) {
  private static final int PARTS = 3;

  Split {
    shares = List.copyOf(shares);
  }

  /// Parses numbers separated by commas or slashes; missing ones are zero, a fourth is ignored.
  static Split parse(String text) {
    String separator = text.contains(",") ? "," : "/";
    List<Double> numbers = new ArrayList<>();
    for (String part : text.split(separator, -1)) {
      numbers.add(number(part, text));
    }
    while (numbers.size() < PARTS) {
      numbers.add(0.0);
    }
    List<Double> parts = numbers.subList(0, PARTS);
    double sum = parts.stream().mapToDouble(Double::doubleValue).sum();
    if (sum <= 0) {
      throw UserException.of("split: the shares of \"%s\" add up to zero", text);
    }
    return new Split(parts.stream().map(share -> share / sum).toList());
  }

  private static double number(String part, String text) {
    try {
      double value = Double.parseDouble(part.strip());
      if (value >= 0 && Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below, together with numbers that make no sense
    }
    throw UserException.of(
        "split: expected up to three shares such as \"969, 30, 1\", found \"%s\"", text);
  }

  /// The items of training, validation and test, in this order; some may be empty.
  List<ItemRange> ranges(long items) {
    long[] bounds = new long[PARTS + 1];
    for (int part = 0; part < PARTS; part++) {
      // Python's round(): half to even.
      bounds[part + 1] = bounds[part] + (long) Math.rint(shares.get(part) * (double) items);
    }
    // NeoX compat: the rounding error moves every bound but the first.
    long excess = bounds[PARTS] - items;
    List<ItemRange> ranges = new ArrayList<>();
    long from = 0;
    for (int part = 1; part <= PARTS; part++) {
      long to = Math.clamp(bounds[part] - excess, from, items);
      ranges.add(new ItemRange(from, to));
      from = to;
    }
    return ranges;
  }
}
