package neox.preprocess.ftfy;

/// Mends a document as ftfy 6.3.1's `fix_text` does with its default settings.
///
/// Lines are mended one by one, because each may have been damaged in its own way. Immutable; may
/// be shared by threads.
public final class TextFixer {
  private static final int MAX_SEGMENT_CODE_POINTS = 1_000_000;

  private final Entities entities;
  private final EncodingRepair encoding;
  private final CharacterCleanup characters;

  public TextFixer() {
    Tables tables = Tables.load();
    this.encoding = new EncodingRepair(tables);
    this.entities = new Entities(tables.entities(), encoding.western());
    this.characters = new CharacterCleanup(tables, encoding.western());
  }

  /// Whether the rules leave this text as it is, judged by its bytes alone: it is ASCII without
  /// ampersands, carriage returns and controls. False means that it must be looked at.
  public static boolean leavesAlone(byte[] utf8, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isPlain(utf8[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlain(int c) {
    return c >= ' ' ? c < 0x7f && c != '&' : c == '\n' || c == '\t' || c == '\f';
  }

  /// The mended text; may be empty.
  public String fix(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean markup = false;
    for (int from = 0; from < text.length(); ) {
      int to = segmentEnd(text, from);
      String segment = text.substring(from, to);
      // ftfy compat: a document counts as HTML from the first line with a "<" in it
      markup = markup || segment.indexOf('<') >= 0;
      out.append(isPlain(segment) ? segment : fixSegment(segment, markup));
      from = to;
    }
    return out.toString();
  }

  private static int segmentEnd(String text, int from) {
    int newline = text.indexOf('\n', from);
    int end = newline < 0 ? text.length() : newline + 1;
    boolean tooLong =
        end - from > MAX_SEGMENT_CODE_POINTS
            && text.codePointCount(from, end) > MAX_SEGMENT_CODE_POINTS;
    return tooLong ? text.offsetByCodePoints(from, MAX_SEGMENT_CODE_POINTS) : end;
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isPlain(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private String fixSegment(String segment, boolean markup) {
    String before;
    String after = segment;
    do {
      before = after;
      String unescaped = markup ? before : entities.unescape(before);
      after = characters.clean(encoding.repair(unescaped));
    } while (!after.equals(before));
    return after;
  }
}
