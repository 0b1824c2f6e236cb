package neox.converthf;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;

/// Sizes as people write them: `5GB` is 5·10⁹ bytes, `5GiB` is 5·2³⁰.
final class ByteSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([KMGT]?)(I?)B?");
  private static final String PREFIXES = "KMGT";

  /// Bytes; [UserException] naming `option` when `text` is no size.
  static long parse(String option, String text) {
    Matcher matcher = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches() || (!matcher.group(3).isEmpty() && matcher.group(2).isEmpty())) {
      throw new UserException(option + " " + text + ": expected a size such as 5GB or 500MiB");
    }
    long bytes = Long.parseLong(matcher.group(1));
    int power = matcher.group(2).isEmpty() ? 0 : PREFIXES.indexOf(matcher.group(2)) + 1;
    long factor = matcher.group(3).isEmpty() ? 1000L : 1024L;
    for (int i = 0; i < power; i++) {
      bytes = bytes > Long.MAX_VALUE / factor ? Long.MAX_VALUE : bytes * factor;
    }
    if (bytes == 0) {
      throw new UserException(option + " " + text + ": expected more than nothing");
    }
    return bytes;
  }

  private ByteSize() {}
}
