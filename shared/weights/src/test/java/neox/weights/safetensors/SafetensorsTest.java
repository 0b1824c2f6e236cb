package neox.weights.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path directory;

  @Test
  void readsWhatItWrites() throws IOException {
    Path file = directory.resolve("a.safetensors");
    NamedTensor bytes = tensor("bytes", DType.UINT8, 1, 2, 3);
    NamedTensor half = tensor("half", DType.BFLOAT16, 1, 2, 3, 4);
    NamedTensor empty = tensor("empty", DType.FLOAT32);
    SafetensorsWriter.writeFile(file, List.of(bytes, half, empty), Map.of("format", "pt"));
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.names()).containsExactly("empty", "half", "bytes");
      assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(read.view("half").dtype()).isEqualTo(DType.BFLOAT16);
      assertThat(Golden.bytes(read.view("half"))).containsExactly(1, 2, 3, 4);
      assertThat(Golden.bytes(read.view("bytes"))).containsExactly(1, 2, 3);
      assertThat(read.view("empty").shape()).isEqualTo(Shape.of(0));
      assertThat(read.view("half").bytes().address() % 8).isZero();
    }
  }

  @Test
  void splitsIntoShardsAndReadsThemThroughTheIndex() throws IOException {
    List<NamedTensor> tensors =
        List.of(
            tensor("a", DType.UINT8, 1, 2, 3, 4),
            tensor("b", DType.UINT8, 5, 6, 7),
            tensor("c", DType.UINT8, 8, 9, 10, 11, 12, 13, 14, 15, 16));
    SafetensorsWriter.writeDirectory(directory, tensors, 7, bytes -> {});
    assertThat(directory.resolve("model-00001-of-00002.safetensors")).exists();
    assertThat(Json.read(directory.resolve("model.safetensors.index.json")).toString())
        .isEqualTo(
            "{\"metadata\":{\"total_size\":16},\"weight_map\":{"
                + "\"a\":\"model-00001-of-00002.safetensors\","
                + "\"b\":\"model-00001-of-00002.safetensors\","
                + "\"c\":\"model-00002-of-00002.safetensors\"}}");
    try (SafetensorsDirectory read = SafetensorsDirectory.open(directory)) {
      assertThat(read.names()).containsExactly("a", "b", "c");
      assertThat(Golden.bytes(read.view("b"))).containsExactly(5, 6, 7);
      assertThat(Golden.bytes(read.view("c"))).hasSize(9).startsWith(8);
    }
  }

  @Test
  void writesOneFileWhenItFits() throws IOException {
    SafetensorsWriter.writeDirectory(
        directory, List.of(tensor("a", DType.UINT8, 1)), 1 << 20, bytes -> {});
    assertThat(directory).isDirectoryNotContaining("glob:**index.json");
    try (SafetensorsDirectory read = SafetensorsDirectory.open(directory)) {
      assertThat(read.names()).containsExactly("a");
    }
  }

  @Test
  void refusesADirectoryWithoutWeightsOrWithADisagreeingIndex() throws IOException {
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(
            directory + ": neither model.safetensors nor model.safetensors.index.json is there");
    SafetensorsWriter.writeFile(
        directory.resolve("x.safetensors"),
        List.of(tensor("a", DType.UINT8, 1), tensor("b", DType.UINT8, 1)),
        Map.of());
    Path index = directory.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\":{\"c\":\"x.safetensors\"}}");
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(index + ": x.safetensors has no tensor c");
    Files.writeString(index, "{\"weight_map\":{\"a\":\"x.safetensors\"}}");
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(
            index + ": tensor b of " + directory.resolve("x.safetensors") + " is not listed");
    Files.writeString(index, "{\"weight_map\":{\"a\":\"../x.safetensors\"}}");
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(
            index
                + ": the file of a is \"../x.safetensors\"; expected the name of a file in this"
                + " directory");
    Files.writeString(index, "{}");
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(index + ": no weight_map; expected tensor names and their files");
  }

  @Test
  void refusesImpossibleHeadersWithTheReason() throws IOException {
    assertRefused("[]", 0, "its safetensors header is not a JSON object");
    assertRefused(
        entry("F8_E4M3", "[4]", 0, 4), 4, "tensor a has dtype F8_E4M3, which is not supported");
    assertRefused(
        entry("F32", "[2]", 0, 4),
        4,
        "tensor a of F32 [2] needs 8 bytes, but its offsets are [0, 4]");
    String whole = "; expected whole numbers from 0 to 10^18";
    assertRefused(entry("F32", "[-1]", 0, 4), 4, "tensor a: its shape holds -1" + whole);
    assertRefused(
        entry("F32", "[4294967296, 4294967296]", 0, 4), 4, "tensor a has an impossible shape");
    assertRefused(
        "{\"a\":{\"dtype\":\"U8\"}}",
        0,
        "tensor a needs dtype, shape and data_offsets in the header");
    assertRefused(
        entry("U8", "[2]", 1, 3), 3, "tensor a starts at byte 1, after a gap; expected 0");
    assertRefused(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
        3,
        "tensor b starts at byte 1, inside the tensor before it; expected 2");
    assertRefused(
        entry("U8", "[4]", 0, 4),
        3,
        "truncated: the header promises 4 bytes of tensors, the file has 3; copy or download it"
            + " again");
    assertRefused(entry("U8", "[1]", 0, 1), 3, "2 bytes follow the last tensor; expected none");
  }

  @Test
  void refusesNumbersAndNamesThatTheFormatDoesNotHave() throws IOException {
    String whole = "; expected whole numbers from 0 to 10^18";
    for (String size : List.of("1.0", "1e0", "-0", "01", "9223372036854775808", "NaN")) {
      assertRefused(
          entry("U8", "[" + size + "]", 0, 1),
          1,
          size.equals("01")
              ? "its header is not valid JSON: expected ']' at byte 29, found '1'"
              : "tensor a: its shape holds " + (size.equals("NaN") ? "a number" : size) + whole);
    }
    assertRefused(entry("U8", "[\"1\"]", 0, 1), 1, "tensor a: its shape holds a string" + whole);
    assertRefused(entry("U8", "[null]", 0, 1), 1, "tensor a: its shape holds null" + whole);
    assertRefused(entry("U8", "1", 0, 1), 1, "tensor a: its shape is not a list");
    assertRefused(
        entry("U8", "[1" + ",1".repeat(64) + "]", 0, 1),
        1,
        "tensor a: its shape has more than 64 numbers");
    String offsets = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%s]}}";
    assertRefused(
        offsets.formatted("18446744073709551616,18446744073709551617"),
        1,
        "tensor a: its data_offsets holds 18446744073709551616" + whole);
    assertRefused(
        offsets.formatted("1,0"),
        1,
        "tensor a of U8 [1] needs 1 bytes, but its offsets are [1, 0]");
    assertRefused(
        offsets.formatted("0,1,1"),
        1,
        "tensor a needs dtype, shape and data_offsets in the header");
    assertRefused(
        entry("U8", "[1]", 0, 1).replace("\"U8\"", "8"),
        1,
        "tensor a has dtype a number, which is not supported");
    String one = entry("U8", "[1]", 0, 1);
    assertRefused(
        "{" + one.substring(1, one.length() - 1) + "," + one.substring(1),
        1,
        "tensor a is in its header twice");
    assertRefused("{\"a\":3}", 0, "tensor a needs dtype, shape and data_offsets in the header");
    assertRefused("{\"__metadata__\":[]}", 0, "its __metadata__ is not an object");
    assertRefused("{\"__metadata__\":{\"x\":1}}", 0, "x of its __metadata__ is not text");
    assertRefused(
        "{\"a\":{\"x\":", 0, "its header is not valid JSON: it ends where a value was expected");
    assertRefused("{}x", 0, "its header is not valid JSON: expected the end at byte 2, found 'x'");
    assertRefused(
        "{\"a\":{\"x\":" + "[".repeat(100_000),
        0,
        "its header is JSON nested deeper than 512 levels");
  }

  @Test
  void saysWhatLiesInPlaceOfAFile() throws IOException {
    Path file = directory.resolve("model.safetensors");
    Map<String, String> kinds =
        Map.of(
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "is a pointer of Git LFS, not the file itself; run 'git lfs pull' in its directory",
            "<!DOCTYPE html>\n<html><body>404",
            "is a web page, not the file itself; download it again",
            " \n<html>",
            "is a web page, not the file itself; download it again",
            "",
            "truncated: it is empty; copy or download it again");
    for (Map.Entry<String, String> kind : kinds.entrySet()) {
      Files.writeString(file, kind.getKey());
      assertThatThrownBy(() -> SafetensorsFile.open(file))
          .hasMessage(file + ": " + kind.getValue());
    }
    assertThatThrownBy(() -> SafetensorsFile.open(directory))
        .hasMessage(directory + ": expected a file, found a directory");
    Path device = Path.of("/dev/zero");
    assertThatThrownBy(() -> SafetensorsFile.open(device))
        .hasMessage("/dev/zero: expected a file, found a pipe or device");
  }

  @Test
  void refusesIndicesWhoseFilesAreNotBesideThem() throws IOException {
    Path index = directory.resolve("model.safetensors.index.json");
    for (String name : List.of("..", ".", "", "/etc/passwd", "a/b", "a\\\\b", "a\\u0000b")) {
      Files.writeString(index, "{\"weight_map\":{\"a\":\"" + name + "\"}}");
      assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
          .as(name)
          .hasMessageStartingWith(index + ": the file of a is \"")
          .hasMessageEndingWith("; expected the name of a file in this directory");
    }
    Files.writeString(index, "{\"weight_map\":{\"a\":\"x\",\"b\":\"y\",\"c\":\"x\"}}");
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(
            index + ": x, which it names, is not there, nor are 1 others; copy or download it too");
    Files.writeString(index, "{\"weight_map\":{\"a\":7}}");
    assertThatThrownBy(() -> SafetensorsDirectory.open(directory))
        .hasMessage(index + ": the file of a is 7; expected the name of a file in this directory");
  }

  @Test
  void refusesFilesThatAreNotSafetensors() throws IOException {
    Path file = Files.write(directory.resolve("x"), new byte[3]);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessage(file + ": truncated: only 3 bytes");
    Files.write(file, "PK\3\4 something".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessageStartingWith(file + ": not a safetensors file: it announces a header of ");
    Files.write(file, new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{'});
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .hasMessage(file + ": truncated: its header has 100 bytes, the file 9");
  }

  private void assertRefused(String header, int dataBytes, String reason) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    Path file = Files.write(directory.resolve("bad.safetensors"), bytes.array());
    assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessage(file + ": " + reason);
  }

  private static String entry(String dtype, String shape, int begin, int end) {
    return "{\"a\":{\"dtype\":\""
        + dtype
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":["
        + begin
        + ","
        + end
        + "]}}";
  }

  private static NamedTensor tensor(String name, DType dtype, int... bytes) {
    byte[] copy = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      copy[i] = (byte) bytes[i];
    }
    Shape shape = Shape.of(bytes.length / dtype.bytes());
    return NamedTensor.of(name, new TensorView(dtype, shape, MemorySegment.ofArray(copy)));
  }
}
