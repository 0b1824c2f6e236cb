package neox.tokenizer.parts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What a `tokenizer.json` puts around the tokens of a text: tokens for beginning and end, and the
/// limits of a fixed length.
///
/// @param template the tokens around a text, [#TEXT] for the text itself
public record Frame(
    List<Integer> template, Optional<Truncation> truncation, Optional<Padding> padding) {
  /// Stands in a template for the tokens of the text.
  static final int TEXT = -1;

  /// Nothing is put around a text.
  static final List<Integer> BARE = List.of(TEXT);

  /// @param length how many tokens remain, with those of the template
  /// @param fromStart whether the first ones are dropped
  record Truncation(int length, boolean fromStart) {}

  /// @param length how many tokens there are at least; 0 for as many as there are
  /// @param multiple what their number is rounded up to a multiple of
  /// @param atStart whether the padding stands before them
  record Padding(int length, int multiple, int id, boolean atStart) {}

  public Frame {
    template = List.copyOf(template);
  }

  /// Tokens before and after a text, of any length.
  public static Frame of(List<Integer> before, List<Integer> after) {
    List<Integer> template = new ArrayList<>(before);
    template.addAll(BARE);
    template.addAll(after);
    return new Frame(template, Optional.empty(), Optional.empty());
  }

  /// Whether it leaves all texts as they are.
  public boolean isEmpty() {
    return template.equals(BARE) && truncation.isEmpty() && padding.isEmpty();
  }

  /// The same without the tokens of the template.
  public Frame withoutSpecialTokens() {
    return new Frame(template.stream().filter(id -> id == TEXT).toList(), truncation, padding);
  }

  /// The same without limits of length.
  public Frame withoutLimits() {
    return new Frame(template, Optional.empty(), Optional.empty());
  }

  /// How many tokens a template puts around a text.
  static int added(List<Integer> template) {
    return (int) template.stream().filter(id -> id != TEXT).count();
  }

  /// The tokens of a text in their frame.
  public int[] around(int[] ids) {
    int[] text = truncated(ids);
    int texts = template.size() - added(template);
    int[] framed = new int[Math.addExact(added(template), Math.multiplyExact(texts, text.length))];
    int size = 0;
    for (int id : template) {
      if (id == TEXT) {
        System.arraycopy(text, 0, framed, size, text.length);
        size += text.length;
      } else {
        framed[size++] = id;
      }
    }
    return padding.map(pad -> padded(framed, pad)).orElse(framed);
  }

  private int[] truncated(int[] ids) {
    int length = truncation.map(limit -> limit.length() - added(template)).orElse(ids.length);
    if (ids.length <= length) {
      return ids;
    }
    int from = truncation.orElseThrow().fromStart() ? ids.length - length : 0;
    return Arrays.copyOfRange(ids, from, from + length);
  }

  private static int[] padded(int[] ids, Padding padding) {
    int wanted = padding.length() == 0 ? ids.length : padding.length();
    int length = Math.multiplyExact(Math.ceilDiv(wanted, padding.multiple()), padding.multiple());
    if (length <= ids.length) {
      return ids;
    }
    int[] padded = new int[length];
    Arrays.fill(padded, padding.id());
    System.arraycopy(ids, 0, padded, padding.atStart() ? length - ids.length : 0, ids.length);
    return padded;
  }
}
