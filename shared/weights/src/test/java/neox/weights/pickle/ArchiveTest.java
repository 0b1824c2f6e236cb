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
import java.util.zip.CRC32;
import neox.base.UserException;
import neox.weights.Golden;
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
    copy[at] ^= 0x10;
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
            TensorView view = tensors(damaged).get(tensor.getKey());
            assertThat(view).isNotNull();
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
    encrypted[central + 8] |= 1;
    assertThatThrownBy(() -> TorchFile.open(write(encrypted)))
        .hasMessage(
            write(encrypted) + ": entry a/data.pkl is encrypted; save it without a password");
    byte[] displaced = archive("a/data.pkl", 8, "a/byteorder");
    displaced[central + 42] += 1;
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
    byte[] content = "}}}}}}}}".getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(content);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int[] starts = new int[2];
    String[] names = {first, second};
    byte[][] contents = {content, "little".getBytes(StandardCharsets.US_ASCII)};
    for (int i = 0; i < 2; i++) {
      starts[i] = out.size();
      ByteBuffer local = little(30 + names[i].length()).putInt(ZipDirectory.LOCAL_HEADER);
      local.putShort(26, (short) names[i].length()).position(30);
      out.writeBytes(local.put(names[i].getBytes(StandardCharsets.US_ASCII)).array());
      out.writeBytes(contents[i]);
    }
    int directory = out.size();
    for (int i = 0; i < 2; i++) {
      boolean large = i == 0;
      ByteBuffer header = little(46 + names[i].length() + (large ? 20 : 0));
      header.putInt(ZipDirectory.CENTRAL_HEADER);
      CRC32 own = new CRC32();
      own.update(contents[i]);
      header.putInt(16, (int) own.getValue());
      int plain = contents[i].length;
      header.putInt(20, large ? -1 : plain).putInt(24, large ? -1 : plain);
      header.putShort(28, (short) names[i].length()).putShort(30, (short) (large ? 20 : 0));
      header.putInt(42, starts[i]).position(46);
      header.put(names[i].getBytes(StandardCharsets.US_ASCII));
      if (large) {
        header.putShort((short) 1).putShort((short) 16).putLong(size).putLong(size);
      }
      out.writeBytes(header.array());
    }
    int length = out.size() - directory;
    ByteBuffer end = little(22).putInt(ZipDirectory.END).putInt(0).putShort((short) 2);
    out.writeBytes(end.putShort((short) 2).putInt(length).putInt(directory).array());
    return out.toByteArray();
  }

  private static ByteBuffer little(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
