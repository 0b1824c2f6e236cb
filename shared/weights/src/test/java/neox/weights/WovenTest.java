package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import neox.weights.Woven.Strand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WovenTest {
  private static final int FILE = 1 << 21;

  @TempDir Path directory;

  /// Short and long strands, near and far apart, of files and of memory; compared with a loop.
  @Test
  void anyPartIsWhatALoopOverRoundsAndStrandsGives() throws IOException {
    byte[] content = Sources.random(FILE, 1);
    Random random = new Random(2);
    try (MappedFile file = Sources.file(directory.resolve("file"), content)) {
      for (int i = 0; i < 300; i++) {
        Woven woven = draw(random, i % 2 == 0 ? Sources.all(file) : memory(content));
        byte[] expected = loop(woven, content);
        int from = random.nextInt(expected.length);
        int length = 1 + random.nextInt(expected.length - from);
        assertThat(Sources.whole(woven)).as("%s", woven).isEqualTo(expected);
        assertThat(Sources.read(woven, from, length))
            .as("%d bytes from %d of %s", length, from, woven)
            .isEqualTo(Arrays.copyOfRange(expected, from, from + length));
        assertThat(Sources.whole(woven.slice(from, length)))
            .isEqualTo(Arrays.copyOfRange(expected, from, from + length));
      }
    }
  }

  private static Woven draw(Random random, ByteSource source) {
    int rounds = 1 + random.nextInt(40);
    List<Strand> strands = new ArrayList<>();
    for (int strand = 0; strand <= random.nextInt(3); strand++) {
      int most = FILE / rounds - 1;
      int bytes = 1 + random.nextInt(random.nextBoolean() ? Math.min(most, 3000) : most);
      int stride = bytes + (random.nextBoolean() ? 0 : random.nextInt(most - bytes + 1));
      int from = random.nextInt(FILE - (rounds - 1) * stride - bytes + 1);
      strands.add(new Strand(source, from, bytes, stride));
    }
    return new Woven(rounds, strands);
  }

  private static byte[] loop(Woven woven, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int round = 0; round < woven.rounds(); round++) {
      for (Strand strand : woven.strands()) {
        long at = strand.from() + round * strand.stride();
        bytes.write(content, (int) at, (int) strand.bytes());
      }
    }
    return bytes.toByteArray();
  }

  private static ByteSource memory(byte[] content) {
    return new InMemory(MemorySegment.ofArray(content));
  }

  @Test
  void wovenThingsAreWovenAgain() throws IOException {
    byte[] content = Sources.random(1000, 3);
    try (MappedFile file = Sources.file(directory.resolve("file"), content)) {
      ByteSource all = Sources.all(file);
      ByteSource halves =
          Woven.concatenated(List.of(all.slice(500, 500), all.slice(0, 500))); // the halves swapped
      Woven tens = new Woven(50, List.of(new Strand(halves, 10, 10, 20)));
      byte[] expected = new byte[500];
      for (int i = 0; i < 500; i++) {
        int inHalves = i / 10 * 20 + 10 + i % 10;
        expected[i] = content[(inHalves + 500) % 1000];
      }
      assertThat(Sources.whole(tens)).isEqualTo(expected);
    }
  }

  /// What is one range of a file is one to copy; short strands have to be read.
  @Test
  void longStrandsAreRunsOfTheirFiles() throws IOException {
    int piece = (int) Woven.LONG;
    byte[] content = Sources.random(4 * piece, 4);
    try (MappedFile file = Sources.file(directory.resolve("file"), content)) {
      ByteSource all = Sources.all(file);
      Woven joined =
          new Woven(
              2,
              List.of(new Strand(all, 0, piece, piece), new Strand(all, 2L * piece, piece, piece)));
      assertThat(runs(joined))
          .containsExactly(
              "FileRange 0 " + piece,
              "FileRange " + 2 * piece + " " + piece,
              "FileRange " + piece + " " + piece,
              "FileRange " + 3 * piece + " " + piece);
      Woven shortOnes = new Woven(2, List.of(new Strand(all, 0, piece - 1, piece)));
      assertThat(runs(shortOnes)).containsExactly("Woven 0 " + 2 * (piece - 1));
    }
  }

  private static List<String> runs(ByteSource source) throws IOException {
    List<String> runs = new ArrayList<>();
    source.forEachRun(
        0,
        source.byteSize(),
        (run, from, length) ->
            runs.add(run.getClass().getSimpleName() + " " + from + " " + length));
    return runs;
  }

  @Test
  void aSingleStrandWhoseRoundsLieTogetherIsAViewOfIt() {
    MemorySegment memory = MemorySegment.ofArray(Sources.random(100, 5));
    ByteSource rows =
        new Woven(4, List.of(new Strand(new InMemory(memory), 20, 5, 5))).simplified();
    assertThat(rows).isEqualTo(new InMemory(memory.asSlice(20, 20)));
  }

  @Test
  void strandsMayNotReachBeyondTheirSource() {
    ByteSource ten = new Zeros(10);
    assertThatThrownBy(() -> new Woven(3, List.of(new Strand(ten, 0, 4, 4))))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
