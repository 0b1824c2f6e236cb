package neox.tensor;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.Bytes;

/// Makes readable what libtorch throws: a message and pages of C++ stack.
final class TorchFailure {
  /// What the allocators of CPU and CUDA say.
  private static final Pattern NO_MEMORY =
      Pattern.compile(
          "(?:can't allocate memory|out of memory).*?tried to allocate ([0-9.]+) (\\w+)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /// Sizes whose product no computer can count.
  private static final Pattern NO_NUMBER =
      Pattern.compile(
          "(?:Storage size calculation overflowed with|integer multiplication overflow)[^\\[]*"
              + "(\\[[-0-9, ]*\\])?");

  private static final String BAD_ALLOC = "std::bad_alloc";
  private static final String REMEDY =
      "; use a smaller micro-batch, seq_length or model, or bfloat16";

  /// Where the message ends and C++'s own account begins.
  private static final Pattern STACK =
      Pattern.compile(
          "\\R(?:Exception raised from|C\\+\\+ CapturedTraceback|frame #\\d).*", Pattern.DOTALL);

  /// An [OutOfMemoryError] of one line where memory was short, thrown; else the same exception
  /// without the C++ stack.
  ///
  /// @param where put before the message
  static RuntimeException explained(RuntimeException e, String where) {
    String message = Objects.requireNonNullElse(e.getMessage(), "");
    Optional<String> shortage = shortage(message);
    if (shortage.isPresent()) {
      OutOfMemoryError error = new OutOfMemoryError(where + shortage.get() + REMEDY);
      error.initCause(e);
      throw error;
    }
    if (e.getClass() != RuntimeException.class || !STACK.matcher(message).find()) {
      return e;
    }
    RuntimeException shorter =
        new RuntimeException(where + STACK.matcher(message).replaceFirst(""), e.getCause());
    shorter.setStackTrace(e.getStackTrace());
    return shorter;
  }

  private static Optional<String> shortage(String message) {
    Matcher memory = NO_MEMORY.matcher(message);
    if (memory.find()) {
      String amount = amount(memory.group(1), memory.group(2));
      return Optional.of("a tensor of " + amount + " does not fit");
    }
    Matcher number = NO_NUMBER.matcher(message);
    if (number.find()) {
      String sizes = number.group(1) == null ? "" : " with sizes " + number.group(1);
      return Optional.of("a tensor" + sizes + " does not fit into any memory");
    }
    return message.startsWith(BAD_ALLOC)
        ? Optional.of("the machine has no memory left")
        : Optional.empty();
  }

  /// The CPU's allocator counts bytes, CUDA's rounds.
  private static String amount(String number, String unit) {
    return unit.toLowerCase(Locale.ROOT).equals("bytes")
        ? Bytes.text(Double.parseDouble(number))
        : number + " " + unit;
  }

  private TorchFailure() {}
}
