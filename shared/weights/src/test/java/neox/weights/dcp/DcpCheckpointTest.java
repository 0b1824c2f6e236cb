package neox.weights.dcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DcpCheckpointTest {
  private static final Path FOUR = Golden.path("dcp/four");

  @TempDir Path directory;

  private static TensorView counted(long... sizes) {
    Shape shape = Shape.of(sizes);
    float[] values = new float[(int) shape.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return new TensorView(DType.FLOAT32, shape, MemorySegment.ofArray(values));
  }

  private DcpFiles files() {
    return new DcpFiles(directory);
  }

  private String refusal() {
    return refusal(directory);
  }

  private static String refusal(Path directory) {
    List<String> message = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (DcpCheckpoint checkpoint = DcpCheckpoint.open(directory)) {
                checkpoint.names().forEach(checkpoint::view);
              }
            })
        .isInstanceOf(UserException.class)
        .satisfies(e -> message.add(e.getMessage()));
    assertThat(message.getFirst()).hasLineCount(1);
    return message.getFirst();
  }

  @Test
  void readsWhatFourRanksOfTorchWroteAsTorchDoes() throws Exception {
    try (DcpCheckpoint checkpoint = DcpCheckpoint.open(FOUR)) {
      int read = 0;
      for (String line : Files.readAllLines(Golden.path("dcp/four.tsv"))) {
        String[] expected = line.split("\t", -1);
        if (!expected[1].equals("float8_e4m3fn")) {
          TensorView view = checkpoint.view(expected[0]);
          assertThat(view.dtype().name().toLowerCase(Locale.ROOT)).isEqualTo(expected[1]);
          assertThat(view.shape().toString()).as(expected[0]).isEqualTo(expected[2]);
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(Golden.bytes(view));
          assertThat(HexFormat.of().formatHex(digest)).as(expected[0]).isEqualTo(expected[3]);
          read++;
        }
      }
      assertThat(read).isEqualTo(13);
      assertThat(checkpoint.names()).hasSize(13);
      assertThat(checkpoint.others())
          .hasSize(3)
          .containsEntry("model.float8", "a tensor of type torch.float8_e4m3fn")
          .containsEntry("train_state.step", "a value that is no tensor")
          .containsEntry("train_state.rates", "a value that is no tensor");
    }
  }

  @Test
  void joinsPiecesAlongAnyDimOverAnyNumberOfRanks() throws IOException {
    TensorView tensor = counted(5, 4, 3);
    for (int dim = 0; dim < 3; dim++) {
      for (int ranks = 1; ranks <= 5; ranks++) {
        files().put("x", tensor, dim, ranks).write();
        try (DcpCheckpoint checkpoint = DcpCheckpoint.open(directory)) {
          assertThat(Golden.bytes(checkpoint.view("x"))).isEqualTo(Golden.bytes(tensor));
        }
      }
    }
  }

  @Test
  void readsTheMetadataOfOldTorchAndOfOlmoCoresSubdirectory() throws IOException {
    Path inside = directory.resolve("model_and_optim");
    new DcpFiles(inside).oldNames().put("x", counted(3), 0, 2).object("step").write();
    try (DcpCheckpoint checkpoint = DcpCheckpoint.open(directory)) {
      assertThat(checkpoint.directory()).isEqualTo(inside);
      assertThat(Golden.values(checkpoint.view("x"))).containsExactly(0, 1, 2);
      assertThat(checkpoint.others()).containsOnlyKeys("step");
    }
    assertThat(DcpCheckpoint.in(directory.resolve("none"))).isEmpty();
  }

  @Test
  void refusesADirectoryWithoutMetadata() {
    assertThat(refusal())
        .isEqualTo(
            directory + ": no checkpoint of torch.distributed.checkpoint: it has no .metadata");
  }

  @Test
  void namesTheFilesThatAreMissing() throws IOException {
    files().put("x", counted(4), 0, 4).write();
    Files.delete(directory.resolve("__1_0.distcp"));
    assertThat(refusal())
        .isEqualTo(
            directory
                + "/.metadata: __1_0.distcp, which it names, is not there; copy the files of every"
                + " rank");
    Files.delete(directory.resolve("__3_0.distcp"));
    assertThat(refusal()).endsWith("is not there, nor are 1 others; copy the files of every rank");
  }

  @Test
  void refusesTruncatedFiles() throws IOException {
    files().put("x", counted(4), 0, 2).write();
    Path file = directory.resolve("__1_0.distcp");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, 100));
    assertThat(refusal())
        .isEqualTo(
            file
                + ": truncated: tensor x needs "
                + bytes.length
                + " bytes from byte 0, the file has 100; copy it again");
  }

  @Test
  void refusesPiecesThatDoNotCoverTheirTensor() throws IOException {
    DcpFiles files = files();
    TensorView tensor = counted(4, 2);
    DcpFiles.Piece first = files.piece(0, tensor, 0, 0, 2);
    DcpFiles.Piece second = files.piece(0, tensor, 0, 2, 2);
    DcpFiles.Piece overlapping = files.piece(0, tensor, 0, 1, 3);
    for (List<DcpFiles.Piece> pieces :
        List.of(List.of(first), List.of(second), List.of(first, overlapping))) {
      files.put("x", DType.FLOAT32, tensor.shape(), pieces).write();
      assertThat(refusal())
          .isEqualTo(
              directory
                  + "/.metadata: tensor x of shape [4, 2]: its "
                  + pieces.size()
                  + " pieces do not cover it, each element once");
    }
    files.put("x", DType.FLOAT32, tensor.shape(), List.of(first, first)).write();
    assertThat(refusal())
        .isEqualTo(directory + "/.metadata: tensor x: its piece at [0, 0] is in two places");
  }

  @Test
  void refusesPiecesOfAnotherShapeOrTypeThanTheMetadataSays() throws IOException {
    DcpFiles files = files();
    DcpFiles.Piece piece = files.piece(0, counted(2, 2), 0, 0, 2);
    files.put("x", DType.INT32, Shape.of(2, 2), List.of(piece)).write();
    assertThat(refusal())
        .isEqualTo(
            directory
                + "/__0_0.distcp: tensor x: a piece is FLOAT32[2, 2]; expected INT32[2, 2] by"
                + " .metadata");
    DcpFiles.Piece other = files.piece(0, counted(4), 0, 0, 4);
    DcpFiles.Piece renamed =
        new DcpFiles.Piece(piece.at(), piece.sizes(), other.file(), other.offset(), other.length());
    files.put("x", DType.FLOAT32, Shape.of(2, 2), List.of(renamed)).write();
    assertThat(refusal()).endsWith("a piece is FLOAT32[4]; expected FLOAT32[2, 2] by .metadata");
    DcpFiles.Piece huge =
        new DcpFiles.Piece(
            List.of(0L), List.of(1L << 50), piece.file(), piece.offset(), piece.length());
    files.put("x", DType.FLOAT32, Shape.of(1L << 50), List.of(huge)).write();
    assertThat(refusal())
        .isEqualTo(
            directory
                + "/__0_0.distcp: tensor x: a piece of shape [1125899906842624] cannot lie in "
                + piece.length()
                + " bytes");
  }

  @Test
  void refusesPiecesThatAreElsewhereOrCompressed() throws IOException {
    DcpFiles files = files();
    DcpFiles.Piece piece = files.piece(0, counted(2), 0, 0, 2);
    DcpFiles.Piece outside =
        new DcpFiles.Piece(piece.at(), piece.sizes(), "../x.distcp", 0, piece.length());
    files.put("x", DType.FLOAT32, Shape.of(2), List.of(outside)).write();
    assertThat(refusal())
        .isEqualTo(
            directory
                + "/.metadata: tensor x: its file is '../x.distcp'; expected the name of a file in"
                + " this directory");
    files.coding("zstd").put("x", DType.FLOAT32, Shape.of(2), List.of(piece)).write();
    assertThat(refusal())
        .isEqualTo(
            directory
                + "/__0_0.distcp: tensor x is stored through [zstd]; expected plain tensors: save it"
                + " without extensions");
  }

  @Test
  void findsAFlippedByteOfATensor() throws IOException {
    files().put("x", counted(64), 0, 1).write();
    Path file = directory.resolve("__0_0.distcp");
    byte[] bytes = Files.readAllBytes(file);
    int at = indexOf(bytes, Golden.bytes(counted(64)));
    bytes[at + 40] ^= 1;
    Files.write(file, bytes);
    assertThat(refusal())
        .isEqualTo(
            file
                + ": tensor x is damaged: the checksum of archive/data/0 is wrong; copy or download"
                + " the file again, or take another checkpoint");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void refusesMetadataThatIsSomethingElse() throws IOException {
    Path file = directory.resolve(".metadata");
    Files.writeString(file, "{}");
    assertThat(refusal()).isEqualTo(file + ": not a pickle of Python; expected protocol 2 to 5");
    Files.write(file, new byte[] {(byte) 0x80, 2, '}', '.'});
    assertThat(refusal()).isEqualTo(file + ": it is a dict of 0; expected torch's Metadata");
    Files.write(file, "\u0080\u0002cposix\nsystem\n.".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(refusal())
        .startsWith(file + ": refuses to load global posix.system: a checkpoint holds tensors");
  }

  /// Whatever byte of the metadata is another, the result is a tensor or one line.
  @Test
  void survivesAnyDamageToTheMetadata() throws IOException {
    byte[] sound = Files.readAllBytes(FOUR.resolve(".metadata"));
    for (int rank = 0; rank < 4; rank++) {
      String name = "__" + rank + "_0.distcp";
      Files.copy(FOUR.resolve(name), directory.resolve(name));
    }
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      byte[] bytes = sound.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      Files.write(directory.resolve(".metadata"), bytes);
      try (DcpCheckpoint checkpoint = DcpCheckpoint.open(directory)) {
        checkpoint.names().forEach(checkpoint::view);
      } catch (UserException e) {
        assertThat(e.getMessage()).hasLineCount(1).hasSizeLessThan(500);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(200);
  }
}
