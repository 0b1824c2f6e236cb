package neox.converthf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Damages files in the ways in which disks, networks and ill will do. Seeded: the same seed gives
/// the same damage.
final class Mutations {
  private static final Pattern VALUE = Pattern.compile("-?\\d[\\d.eE+-]*|\"[^\"]*\"|true|false");

  private static final List<String> HOSTILE =
      List.of(
          "0",
          "-1",
          "2.5",
          "1e400",
          "NaN",
          "-Infinity",
          "2147483647",
          "9223372036854775807",
          "18446744073709551616",
          "4611686018427387904",
          "\"\"",
          "\"\\u0000\\u001b[2J\"",
          "\"../../etc/passwd\"",
          "null",
          "true",
          "[]",
          "{}",
          "[[[[]]]]",
          "\"" + "x".repeat(20_000) + "\"");

  private final Random random;

  Mutations(long seed) {
    this.random = new Random(seed);
  }

  /// One to three kinds of damage to bytes.
  byte[] ofBytes(byte[] original) {
    byte[] bytes = original.clone();
    for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
      bytes = once(bytes);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(16));
    switch (random.nextInt(7)) {
      case 0 -> bytes[at] = (byte) (bytes[at] ^ (1 << random.nextInt(8)));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> Arrays.fill(bytes, at, at + length, (byte) 0);
      case 3 -> Arrays.fill(bytes, at, at + length, (byte) 0xff);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return joined(bytes, at, Arrays.copyOfRange(bytes, at, at + length), at);
      }
      default -> {
        return joined(bytes, at, new byte[0], at + length);
      }
    }
    return bytes;
  }

  private static byte[] joined(byte[] bytes, int head, byte[] middle, int tail) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, head);
    out.writeBytes(middle);
    out.write(bytes, tail, bytes.length - tail);
    return out.toByteArray();
  }

  /// Replaces a value of JSON by one that does not belong there; now and then damages bytes.
  byte[] ofJson(byte[] original) {
    String text = new String(original, StandardCharsets.UTF_8);
    List<MatchResult> values = VALUE.matcher(text).results().toList();
    if (values.isEmpty() || random.nextInt(4) == 0) {
      return ofBytes(original);
    }
    MatchResult value = values.get(random.nextInt(values.size()));
    String other = HOSTILE.get(random.nextInt(HOSTILE.size()));
    return (text.substring(0, value.start()) + other + text.substring(value.end()))
        .getBytes(StandardCharsets.UTF_8);
  }

  /// Damages the JSON header of a safetensors file and tells its length right.
  byte[] ofHeader(byte[] original) {
    int length = Byte.toUnsignedInt(original[0]) | Byte.toUnsignedInt(original[1]) << 8;
    byte[] header = ofJson(Arrays.copyOfRange(original, 8, 8 + length));
    byte[] size = new byte[8];
    for (int i = 0; i < 4; i++) {
      size[i] = (byte) (header.length >>> (8 * i));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(size);
    out.writeBytes(header);
    out.write(original, 8 + length, original.length - 8 - length);
    return out.toByteArray();
  }

  /// Damages the pickle of an archive and makes the checksums fit, so that it is read.
  byte[] ofPickle(Path archive) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipFile zip = new ZipFile(archive.toFile());
        ZipOutputStream copy = new ZipOutputStream(out)) {
      copy.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry : Collections.list(zip.entries())) {
        byte[] content = zip.getInputStream(entry).readAllBytes();
        byte[] bytes = entry.getName().endsWith("/data.pkl") ? ofBytes(content) : content;
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry stored = new ZipEntry(entry.getName());
        stored.setSize(bytes.length);
        stored.setCrc(crc.getValue());
        copy.putNextEntry(stored);
        copy.write(bytes);
      }
    }
    return out.toByteArray();
  }
}
