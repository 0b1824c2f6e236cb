package neox.preprocess.ftfy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Undoes the reading of UTF-8 as something else, once or several times over ("Ã©" for "é").
final class EncodingRepair {
  private static final String MAC_ROMAN = "macroman";
  private static final String WESTERN = "sloppy-windows-1252";
  private static final byte[] REPLACEMENT_UTF8 = "\ufffd".getBytes(StandardCharsets.UTF_8);
  private static final byte LEAD_OF_A_GRAVE = (byte) 0xc3;
  private static final byte NO_BREAK_SPACE = (byte) 0xa0;
  private static final List<byte[]> AFTER_A_GRAVE =
      List.of(ascii(" "), ascii("quele"), ascii("quela"), ascii("quilo"), ascii("s "));

  private final BadnessDetector badness;
  private final List<Charmap> charmaps;
  private final Charmap western;
  private final ByteSequences spaced;
  private final ByteSequences lossy;
  private final EmbeddedMojibake embedded;

  EncodingRepair(Tables tables) {
    this.badness = new BadnessDetector(tables);
    this.charmaps = tables.rows("charmap").stream().map(Charmap::new).toList();
    this.western =
        charmaps.stream().filter(map -> map.name().equals(WESTERN)).findFirst().orElseThrow();
    this.spaced = new ByteSequences(tables.rows("spaced"));
    this.lossy = new ByteSequences(tables.rows("lossy"));
    this.embedded = new EmbeddedMojibake(tables);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// Windows-1252 without holes, as HTML and browsers read it.
  Charmap western() {
    return western;
  }

  String repair(String text) {
    String before;
    String after = text;
    do {
      before = after;
      after = peel(before);
    } while (!after.equals(before));
    return after;
  }

  /// Takes away one layer of damage.
  private String peel(String text) {
    if (!badness.isBad(text)) {
      return text;
    }
    for (Charmap charmap : charmaps) {
      Optional<String> read = charmap.encode(text).flatMap(bytes -> reread(charmap, bytes));
      if (read.isPresent()) {
        return read.get();
      }
    }
    String mended =
        embedded.replace(
            text,
            part -> part.length() < text.length() && badness.isBad(part) ? repair(part) : part);
    return mended.equals(text) ? controlsAsWestern(text) : mended;
  }

  private Optional<String> reread(Charmap charmap, byte[] encoded) {
    byte[] bytes = encoded;
    // in Mac Roman these bytes are an en dash and a space, which people do write
    if (!charmap.name().equals(MAC_ROMAN) && spaced.occurIn(bytes)) {
      bytes = spaced.replace(keepWordsAfterAGrave(bytes), EncodingRepair::writeNoBreakSpaces);
    }
    if (charmap.isSloppy()) {
      bytes = lossy.replace(bytes, (all, from, to, out) -> out.writeBytes(REPLACEMENT_UTF8));
    }
    return LenientUtf8.decode(bytes);
  }

  private static void writeNoBreakSpaces(
      byte[] bytes, int from, int to, ByteArrayOutputStream out) {
    for (int i = from; i < to; i++) {
      out.write(bytes[i] == ' ' ? NO_BREAK_SPACE : bytes[i]);
    }
  }

  /// "à la mode" mostly arrives as `c3 20 6c 61`, its two kinds of space merged into one. The space
  /// is put back, but not before another one nor within the Portuguese "às", "àquele", "àquela" and
  /// "àquilo".
  private static byte[] keepWordsAfterAGrave(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      out.write(bytes[i]);
      boolean spaceFollows = i + 1 < bytes.length && bytes[i + 1] == ' ';
      if (bytes[i] == LEAD_OF_A_GRAVE && spaceFollows && !attaches(bytes, i + 2)) {
        out.write(NO_BREAK_SPACE);
      }
    }
    return out.toByteArray();
  }

  private static boolean attaches(byte[] bytes, int at) {
    return AFTER_A_GRAVE.stream()
        .anyMatch(end ->
            at + end.length <= bytes.length
                && Arrays.equals(bytes, at, at + end.length, end, 0, end.length));
  }

  /// Reads the control characters U+0080 to U+009F as the bytes of Windows-1252.
  private String controlsAsWestern(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 0x80 && c <= 0x9f) {
        out.setCharAt(i, western.decodeHigh(c));
      }
    }
    return out.toString();
  }
}
