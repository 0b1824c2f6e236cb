package neox.data;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.data.indexed.ItemRange;

/// NeoX's `split`: relative shares of training, validation and test, such as `969, 30, 1`.
record Split(List<Double> shares) {
  private static final int PARTS = 3;
  private static final Pattern DECIMAL = Pattern.compile("[-+.\\deE]+");

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
    double sum = FloatSums.inOrder(parts.stream().mapToDouble(Double::doubleValue).toArray());
    if (sum <= 0) {
      throw UserException.of("split: the shares of \"%s\" add up to zero", text);
    }
    return new Split(parts.stream().map(share -> share / sum).toList());
  }

  private static double number(String part, String text) {
    try {
      double value = Double.parseDouble(part.strip());
      boolean decimal = DECIMAL.matcher(part.strip()).matches(); // Java also reads 1d and 0x1p3
      if (decimal && value >= 0 && Double.isFinite(value)) {
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
    requireNoneBeforeTheFirst(bounds, excess);
    List<ItemRange> ranges = new ArrayList<>();
    long from = 0;
    for (int part = 1; part <= PARTS; part++) {
      long to = bounds[part] - excess;
      ranges.add(new ItemRange(from, to));
      from = to;
    }
    return ranges;
  }

  /// GPT-NeoX dies of an assertion where a part would begin before the first document.
  private void requireNoneBeforeTheFirst(long[] bounds, long excess) {
    if (bounds[1] < excess) {
      throw UserException.of(
          "split: of %d documents, the shares %s round to %d too many, which leaves less than none"
              + " for training, and GPT-NeoX fails; change the shares a little, or give training"
              + " more",
          bounds[PARTS] - excess, shares, excess);
    }
  }
}
