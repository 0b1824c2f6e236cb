package neox.weights.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import neox.base.UserException;
import neox.weights.Golden;
import neox.weights.Integrity;
import neox.weights.TensorView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  private static final String DAMAGED =
      " is wrong; copy or download the file again, or take another checkpoint";

  @TempDir Path directory;

  private static Map<String, TensorView> tensors(TorchFile file) {
    Map<String, TensorView> tensors = new LinkedHashMap<>();
    ((Map<?, ?>) file.root())
        .forEach((name, value) -> {
          if (value instanceof TensorView view) {
            tensors.put(String.valueOf(name), view);
          }
        });
    return tensors;
  }

  private Path flip(byte[] whole, int at) throws IOException {
    byte[] copy = whole.clone();
    copy[at] = (byte) (copy[at] ^ 0x10);
    return Files.write(directory.resolve("flipped.pt"), copy);
  }

  /// Where `bytes` begin in `whole`; -1 when nowhere.
  private static int find(byte[] whole, byte[] bytes) {
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    return text.indexOf(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  @Test
  void aFlippedByteOfATensorNamesFileAndTensorWhenItIsUsed() throws IOException {
    Path golden = Golden.path("torch/values.pt");
    byte[] whole = Files.readAllBytes(golden);
    int flipped = 0;
    try (TorchFile sound = TorchFile.open(golden)) {
      for (Map.Entry<String, TensorView> tensor : tensors(sound).entrySet()) {
        byte[] bytes = Golden.bytes(sound.intact(tensor.getKey(), tensor.getValue()));
        int at = bytes.length < 8 ? -1 : find(whole, bytes);
        if (at >= 0) {
          Path file = flip(whole, at + bytes.length / 2);
          try (TorchFile damaged = TorchFile.open(file)) {
            TensorView view =
                Optional.ofNullable(tensors(damaged).get(tensor.getKey())).orElseThrow();
            assertThatThrownBy(() -> damaged.intact(tensor.getKey(), view))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                    file + ": tensor " + tensor.getKey() + " is damaged: the checksum of values/")
                .hasMessageEndingWith(DAMAGED);
          }
          flipped++;
        }
      }
    }
    assertThat(flipped).isGreaterThan(2);
  }

  @Test
  void uncheckedReadingTakesDamagedTensorsButNoDamagedPickle() throws IOException {
    Path golden = Golden.path("torch/values.pt");
    byte[] whole = Files.readAllBytes(golden);
    int taken = 0;
    for (int at = 64; at < whole.length; at += 61) {
      Path file = flip(whole, at);
      try (TorchFile read = TorchFile.open(file, Integrity.UNCHECKED)) {
        for (Map.Entry<String, TensorView> tensor : tensors(read).entrySet()) {
          assertThat(read.intact(tensor.getKey(), tensor.getValue())).isSameAs(tensor.getValue());
        }
        taken++;
      } catch (UserException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
      }
    }
    assertThat(taken).isPositive();
    int pickle = find(whole, new byte[] {(byte) 0x80, 2}) + 8;
    Path file = flip(whole, pickle);
    assertThatThrownBy(() -> TorchFile.open(file, Integrity.UNCHECKED))
        .hasMessage(
            file
                + ": damaged: the checksum of values/data.pkl is wrong; copy or download the file"
                + " again");
  }

  @Test
  void aFlippedBitAnywhereInTheFileIsSeenOrHarmless() throws IOException {
    Path golden = Golden.path("torch/protocol5.pt");
    byte[] whole = Files.readAllBytes(golden);
    Map<String, byte[]> expected = new LinkedHashMap<>();
    try (TorchFile sound = TorchFile.open(golden)) {
      tensors(sound).forEach((name, view) -> expected.put(name, Golden.bytes(view)));
    }
    assertThat(expected).isNotEmpty();
    for (int at = 0; at < whole.length; at += 3) {
      Path file = flip(whole, at);
      try (TorchFile read = TorchFile.open(file)) {
        tensors(read)
            .forEach((name, view) ->
                assertThat(Golden.bytes(read.intact(name, view))).isEqualTo(expected.get(name)));
      } catch (UserException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
      }
    }
  }

  @Test
  void readsArchivesWithoutChecksums() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("torch/values.pt"));
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < whole.length - 46; at++) {
      if (bytes.getInt(at) == ZipDirectory.CENTRAL_HEADER) {
        bytes.putInt(at + 16, 0);
      }
    }
    Path file = Files.write(directory.resolve("nocrc.pt"), whole);
    try (TorchFile read = TorchFile.open(file)) {
      tensors(read).forEach((name, view) -> assertThat(read.intact(name, view)).isSameAs(view));
    }
  }

  @Test
  void readsZip64SizesAndRefusesEntriesThatContradictTheDirectory() throws IOException {
    byte[] sound = archive("a/data.pkl", 8, "a/byteorder");
    assertThatThrownBy(() -> TorchFile.open(write(sound)))
        .hasMessage(write(sound) + ": truncated: its pickle ends in the middle");
    byte[] twice = archive("a/data.pkl", 8, "a/data.pkl");
    assertThatThrownBy(() -> TorchFile.open(write(twice)))
        .hasMessage(write(twice) + ": damaged: entry a/data.pkl is in it twice");
    byte[] encrypted = archive("a/data.pkl", 8, "a/byteorder");
    int central = find(encrypted, new byte[] {'P', 'K', 1, 2});
    encrypted[central + 8] = 1;
    assertThatThrownBy(() -> TorchFile.open(write(encrypted)))
        .hasMessage(
            write(encrypted) + ": entry a/data.pkl is encrypted; save it without a password");
    byte[] displaced = archive("a/data.pkl", 8, "a/byteorder");
    displaced[central + 42]++;
    assertThatThrownBy(() -> TorchFile.open(write(displaced)))
        .hasMessage(
            write(displaced) + ": damaged: entry a/data.pkl is not where the directory says");
    byte[] beyond = archive("a/data.pkl", Long.MAX_VALUE, "a/byteorder");
    assertThatThrownBy(() -> TorchFile.open(write(beyond)))
        .hasMessage(write(beyond) + ": truncated or damaged: not a complete zip archive");
  }

  private Path write(byte[] archive) throws IOException {
    return Files.write(directory.resolve("made.pt"), archive);
  }

  /// Two entries; the first one's size is in a zip64 field.
  private static byte[] archive(String first, long size, String second) {
    byte[] pickle = "}}}}}}}}".getBytes(StandardCharsets.US_ASCII);
    byte[] order = "little".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(local(first));
    out.writeBytes(pickle);
    int secondStart = out.size();
    out.writeBytes(local(second));
    out.writeBytes(order);
    int directory = out.size();
    out.writeBytes(central(first, pickle, 0, OptionalLong.of(size)));
    out.writeBytes(central(second, order, secondStart, OptionalLong.empty()));
    byte[] end = new byte[ZipDirectory.END_BYTES];
    little(end)
        .putInt(0, ZipDirectory.END)
        .putShort(8, (short) 2)
        .putShort(10, (short) 2)
        .putInt(12, out.size() - directory)
        .putInt(16, directory);
    out.writeBytes(end);
    return out.toByteArray();
  }

  private static byte[] local(String name) {
    byte[] header = new byte[ZipDirectory.LOCAL_HEADER_BYTES + name.length()];
    little(header)
        .putInt(0, ZipDirectory.LOCAL_HEADER)
        .putShort(26, (short) name.length())
        .put(ZipDirectory.LOCAL_HEADER_BYTES, name.getBytes(StandardCharsets.US_ASCII));
    return header;
  }

  private static byte[] central(String name, byte[] content, int start, OptionalLong zip64) {
    CRC32 crc = new CRC32();
    crc.update(content);
    int fixed = ZipDirectory.CENTRAL_HEADER_BYTES + name.length();
    byte[] header = new byte[fixed + (zip64.isPresent() ? 20 : 0)];
    int size = zip64.isPresent() ? -1 : content.length;
    ByteBuffer fields =
        little(header)
            .putInt(0, ZipDirectory.CENTRAL_HEADER)
            .putInt(16, (int) crc.getValue())
            .putInt(20, size)
            .putInt(24, size)
            .putShort(28, (short) name.length())
            .putShort(30, (short) (header.length - fixed))
            .putInt(42, start)
            .put(ZipDirectory.CENTRAL_HEADER_BYTES, name.getBytes(StandardCharsets.US_ASCII));
    zip64.ifPresent(large ->
        fields
            .putShort(fixed, (short) ZipDirectory.ZIP64_EXTRA)
            .putShort(fixed + 2, (short) 16)
            .putLong(fixed + 4, large)
            .putLong(fixed + 12, large));
    return header;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
