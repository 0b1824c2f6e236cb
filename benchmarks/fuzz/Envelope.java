import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// What lies around the part of a file that is worth damaging, and must fit it: lengths and
/// checksums, which damage would hardly ever hit.
sealed interface Envelope {
  /// The part within.
  byte[] open(byte[] file);

  /// A file with that part.
  byte[] close(byte[] part);

  /// Those that a file has: itself, and what its name says.
  static List<Envelope> of(String name, byte[] file) {
    if (name.endsWith(".pt") || name.endsWith(".distcp")) {
      return List.of(new Whole(), new TorchArchive(file));
    }
    if (name.endsWith(".safetensors")) {
      return List.of(new Whole(), new SafetensorsHeader(file));
    }
    return List.of(new Whole());
  }

  /// Nothing around it.
  record Whole() implements Envelope {
    @Override
    public byte[] open(byte[] file) {
      return file;
    }

    @Override
    public byte[] close(byte[] part) {
      return part;
    }
  }

  /// The pickle in a torch archive, with its checksum.
  record TorchArchive(byte[] original) implements Envelope {
    private static final String PICKLE = "/data.pkl";

    @Override
    public byte[] open(byte[] file) {
      try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (entry.getName().endsWith(PICKLE)) {
            return zip.readAllBytes();
          }
        }
        return new byte[0];
      } catch (IOException e) {
        return new byte[0]; // several archives one after the other, which Java does not read
      }
    }

    @Override
    public byte[] close(byte[] part) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(original));
          ZipOutputStream copy = new ZipOutputStream(out)) {
        copy.setMethod(ZipOutputStream.STORED);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          byte[] bytes = zip.readAllBytes();
          stored(copy, entry.getName(), entry.getName().endsWith(PICKLE) ? part : bytes);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return out.toByteArray();
    }

    private static void stored(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
      CRC32 crc = new CRC32();
      crc.update(bytes);
      ZipEntry entry = new ZipEntry(name);
      entry.setSize(bytes.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(bytes);
    }
  }

  /// The JSON that a safetensors file begins with, after its length.
  record SafetensorsHeader(byte[] original) implements Envelope {
    @Override
    public byte[] open(byte[] file) {
      return Arrays.copyOfRange(file, Long.BYTES, Long.BYTES + length(file));
    }

    @Override
    public byte[] close(byte[] part) {
      int from = Long.BYTES + length(original);
      ByteBuffer file =
          ByteBuffer.allocate(Long.BYTES + part.length + original.length - from)
              .order(ByteOrder.LITTLE_ENDIAN);
      return file.putLong(part.length)
          .put(part)
          .put(original, from, original.length - from)
          .array();
    }

    private static int length(byte[] file) {
      return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
  }
}
