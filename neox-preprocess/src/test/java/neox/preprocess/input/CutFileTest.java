package neox.preprocess.input;

import static neox.preprocess.Packed.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import neox.preprocess.Run;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/// Files of every kind, cut at every byte, and read in pieces of every size: what stands whole
/// before the cut is read, and the cut is told unless the file might end there.
class CutFileTest {
  private static final int[] READ_SIZES = {1, 3, 1 << 16};
  private static final String[] TEXTS = {"alpha", "beta é", "", "gamma", "delta"};

  @TempDir Path directory;

  /// A file, and what can be known of it.
  ///
  /// @param ends where it may end
  /// @param decoded the bytes in it, of those of its beginning
  /// @param rows of what was decoded, those that are whole
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Kind(String name, byte[] bytes, Set<Integer> ends, Decoder decoded, Rows rows) {
    @Override
    public String toString() {
      return name;
    }

    List<String> readable(int cut) {
      byte[] head = decoded.of(Arrays.copyOf(bytes, cut));
      return rows.in(head, ends.contains(cut));
    }
  }

  interface Decoder {
    byte[] of(byte[] head);
  }

  interface Rows {
    List<String> in(byte[] decoded, boolean mayEndHere);
  }

  private interface Reading {
    byte[] all(InputStream head) throws IOException;
  }

  private interface Writing {
    OutputStream on(OutputStream out) throws IOException;
  }

  static Stream<Kind> kinds() throws IOException {
    List<Kind> kinds = new ArrayList<>();
    byte[] json = lines();
    for (String name : List.of("a.jsonl.zst", "a.jsonl.gz", "a.json.gz", "a.gz")) {
      Packing packing = name.endsWith(".zst") ? Packing.ZSTD : Packing.GZIP;
      kinds.add(packed(name, packing, json, (head, end) -> wholeLines(head, end)));
    }
    kinds.add(packed("a.json.zst", Packing.ZSTD, array(), (head, end) -> elements(head)));
    kinds.add(packed("a.dat.zst", Packing.ZSTD, records(), (head, end) -> records(head)));
    Tar tar = tar(texts());
    kinds.add(packed("a.tar.gz", Packing.GZIP, tar.bytes, (head, end) -> tar.members(head)));
    kinds.add(packed("a.tar.xz", Packing.XZ, tar.bytes, (head, end) -> tar.members(head)));
    Tar nested = tar(List.of(tar.bytes, tar.bytes));
    kinds.add(
        packed(
            "openwebtext.tar.xz",
            Packing.XZ,
            nested.bytes,
            (head, end) ->
                nested.partsOf(head).stream().flatMap(t -> tar.members(t).stream()).toList()));
    kinds.add(tarOfLines(json));
    kinds.add(zip());
    return kinds.stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void tellsACutAnywhereAndReadsEverythingBeforeIt(Kind kind) throws Exception {
    boolean small = kind.bytes.length < 180;
    for (int cut = 0; cut <= kind.bytes.length; cut++) {
      byte[] head = Arrays.copyOf(kind.bytes, cut);
      for (int i = 0; i < READ_SIZES.length; i++) {
        if (small || i == cut % READ_SIZES.length) {
          Outcome outcome = read(kind.name, head, READ_SIZES[i]);
          String where = "%s, cut at %d of %d".formatted(kind.name, cut, kind.bytes.length);
          assertThat(outcome.rows).as(where).isEqualTo(kind.readable(cut));
          assertThat(outcome.lost.isEmpty()).as(where).isEqualTo(kind.ends.contains(cut));
          assertThat(outcome.lost).as(where).allMatch(text -> text.startsWith(kind.name));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void keepsAndCountsOnRequest(Kind kind) throws Exception {
    int cut = kind.bytes.length - 7;
    while (kind.ends.contains(cut)) {
      cut -= 7;
    }
    Path file = Files.write(directory.resolve(kind.name), Arrays.copyOf(kind.bytes, cut));
    Run refused = Run.bytes(directory, file.toString());
    assertThat(refused.err())
        .startsWith("neox-preprocess: " + file)
        .contains(": damaged")
        .hasLineCount(1);
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(Run.files(directory)).containsExactly(kind.name);
    Run kept = Run.bytes(directory, file.toString(), "--on-error=skip");
    assertThat(kept.exitCode()).as(kept.err()).isZero();
    assertThat(kept.err())
        .contains(": the rest of it is left out\n")
        .contains(", 1 file incomplete (listed in " + directory.resolve("out_skipped.jsonl"));
    assertThat(Run.documents(directory, "text")).isNotEmpty();
  }

  /// What was read.
  private record Outcome(List<String> rows, List<String> lost) {}

  private Outcome read(String name, byte[] bytes, int readSize) throws IOException {
    Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>());
    InputFile file = InputFile.of(new InMemory(name, bytes, readSize, directory));
    try (ChunkReader reader =
        new ChunkReader(List.of(file), List.of("text"), InputStream.nullInputStream())) {
      for (var chunk = reader.next(); chunk.isPresent(); chunk = reader.next()) {
        switch (chunk.get()) {
          case Chunk.Lines lines ->
              outcome.rows.addAll(
                  wholeLines(Arrays.copyOf(lines.bytesOfLines(), lines.length()), true));
          case Chunk.Documents documents ->
              documents.documents().forEach(d -> outcome.rows.add(text(d.content())));
          case Chunk.Lost lost -> outcome.lost.add(lost.problem().text());
          case Chunk.TooLong line -> outcome.lost.add(line.problem().text());
        }
      }
    }
    return outcome;
  }

  /// A file that gives at most so many bytes at a time.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record InMemory(String name, byte[] bytes, int readSize, Path directory)
      implements RemoteInput {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open() {
      return new FilterInputStream(new ByteArrayInputStream(bytes)) {
        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          return super.read(into, offset, Math.min(length, readSize));
        }

        @Override
        public int available() {
          return 0;
        }

        @Override
        public boolean markSupported() {
          return false;
        }
      };
    }

    @Override
    public Path fetch() throws IOException {
      return Files.write(directory.resolve("fetched"), bytes);
    }

    @Override
    public void finished() {}
  }

  /// A way to compress: pieces that are flushed, in several streams one behind the other.
  private enum Packing {
    ZSTD(
        out -> new ZstdOutputStream(out).setChecksum(true),
        head -> byBytes(new ZstdInputStream(head).setContinuous(true)),
        0),
    GZIP(out -> new GZIPOutputStream(out, 512, true), CutFileTest::inflated, 5),
    XZ(
        out -> {
          LZMA2Options options = new LZMA2Options(0);
          options.setDictSize(LZMA2Options.DICT_SIZE_MIN);
          return new XZOutputStream(out, options);
        },
        head -> byBytes(new XZInputStream(head)),
        4);

    @SuppressWarnings("ImmutableEnumChecker") // the lambdas above hold no state
    private final Writing writing;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Reading reading;

    private final int padding;

    Packing(Writing writing, Reading reading, int padding) {
      this.writing = writing;
      this.reading = reading;
      this.padding = padding;
    }

    /// Every byte that there is in the beginning of a file.
    byte[] unpacked(byte[] head) {
      try {
        return reading.all(new ByteArrayInputStream(head));
      } catch (IOException e) {
        return new byte[0];
      }
    }
  }

  private static byte[] byBytes(InputStream in) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (in) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        out.write(b);
      }
      return out.toByteArray();
    } catch (IOException e) {
      return out.toByteArray();
    }
  }

  /// What zlib makes of the members, whose headers have ten bytes and trailers eight.
  private static byte[] inflated(InputStream head) throws IOException {
    byte[] bytes = head.readAllBytes();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    int at = 10;
    while (at < bytes.length) {
      try (Inflater inflater = new Inflater(true)) {
        inflater.setInput(bytes, at, bytes.length - at);
        out.write(buffer, 0, inflater.inflate(buffer));
        at = bytes.length - inflater.getRemaining() + 8;
      } catch (DataFormatException e) {
        throw new IllegalStateException(e);
      }
      while (at < bytes.length && bytes[at] == 0) {
        at++;
      }
      at += 10;
    }
    return out.toByteArray();
  }

  private static Kind packed(String name, Packing packing, byte[] content, Rows rows)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Set<Integer> ends = new TreeSet<>();
    for (int stream = 0; stream < 3; stream++) {
      int from = content.length * stream / 3;
      int to = content.length * (stream + 1) / 3;
      try (OutputStream packed = packing.writing.on(out)) {
        packed.write(content, from, (to - from) / 2);
        packed.flush();
        packed.write(content, from + (to - from) / 2, to - from - (to - from) / 2);
      }
      ends.add(out.size());
      if (stream == 1) {
        for (int zero = 0; zero < packing.padding; zero++) {
          out.write(0);
          ends.add(out.size());
        }
      }
    }
    byte[] bytes = out.toByteArray();
    boolean lines =
        name.endsWith(".jsonl.zst") || (name.endsWith("gz") && !name.endsWith("tar.gz"));
    return new Kind(name, bytes, lines ? ends : Set.of(bytes.length), packing::unpacked, rows);
  }

  private static byte[] lines() {
    StringBuilder lines = new StringBuilder();
    for (String text : TEXTS) {
      lines.append("{\"text\": \"").append(text).append("\"}\n");
    }
    return utf8(lines.toString());
  }

  private static List<String> wholeLines(byte[] decoded, boolean withLast) {
    int to = decoded.length;
    while (!withLast && to > 0 && decoded[to - 1] != '\n') {
      to--;
    }
    return text(Arrays.copyOf(decoded, to)).lines().toList();
  }

  private static byte[] array() {
    return utf8("[\"" + String.join("\",\"", TEXTS) + "\"]");
  }

  /// An element is whole when what follows it is there.
  private static List<String> elements(byte[] decoded) {
    List<String> whole = new ArrayList<>();
    int from = 1;
    for (int i = 1; i < decoded.length; i++) {
      if (decoded[i] == ',' || decoded[i] == ']') {
        whole.add(text(Arrays.copyOfRange(decoded, from, i)));
        from = i + 1;
      }
    }
    return whole;
  }

  private static byte[] records() {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (String text : TEXTS) {
      records.writeBytes(utf8("%016d".formatted(utf8(text).length)));
      records.writeBytes(utf8(text));
    }
    return records.toByteArray();
  }

  private static List<String> records(byte[] decoded) {
    List<String> whole = new ArrayList<>();
    int at = 0;
    for (String text : TEXTS) {
      at += 16 + utf8(text).length;
      if (at <= decoded.length) {
        whole.add(text);
      }
    }
    return whole;
  }

  private static List<byte[]> texts() {
    return Arrays.stream(TEXTS).map(text -> utf8(text)).toList();
  }

  /// A tar without padding, and where its members begin.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Tar(byte[] bytes, List<byte[]> contents, List<Integer> starts) {
    List<String> members(byte[] head) {
      List<String> whole = new ArrayList<>();
      for (int i = 0; i < contents.size(); i++) {
        if (starts.get(i) + contents.get(i).length <= head.length) {
          whole.add(text(contents.get(i)));
        }
      }
      return whole;
    }

    /// As much of each member as there is.
    List<byte[]> partsOf(byte[] head) {
      List<byte[]> parts = new ArrayList<>();
      for (int i = 0; i < contents.size(); i++) {
        int to = Math.min(head.length, starts.get(i) + contents.get(i).length);
        if (to >= starts.get(i)) {
          parts.add(Arrays.copyOfRange(head, starts.get(i), to));
        }
      }
      return parts;
    }
  }

  private static Tar tar(List<byte[]> contents) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> starts = new ArrayList<>();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, 512, "UTF-8")) {
      for (int i = 0; i < contents.size(); i++) {
        TarArchiveEntry entry = new TarArchiveEntry(i + ".tar");
        entry.setSize(contents.get(i).length);
        tar.putArchiveEntry(entry);
        starts.add(out.size());
        tar.write(contents.get(i));
        tar.closeArchiveEntry();
      }
    }
    return new Tar(out.toByteArray(), contents, starts);
  }

  private static Kind tarOfLines(byte[] json) throws IOException {
    Kind member = packed("member.jsonl.zst", Packing.ZSTD, json, (head, end) -> List.of());
    Tar tar = tar(List.of(member.bytes, member.bytes));
    int marked = tar.bytes.length - 512; // one block of zeros is enough
    Set<Integer> ends = new TreeSet<>();
    for (int end = marked; end <= tar.bytes.length; end++) {
      ends.add(end);
    }
    List<List<String>> ofPart = new ArrayList<>();
    for (int part = 0; part <= member.bytes.length; part++) {
      byte[] unpacked = Packing.ZSTD.unpacked(Arrays.copyOf(member.bytes, part));
      ofPart.add(wholeLines(unpacked, part == member.bytes.length));
    }
    Rows rows =
        (head, end) ->
            tar.partsOf(head).stream().flatMap(part -> ofPart.get(part.length).stream()).toList();
    return new Kind("a.jsonl.zst.tar", tar.bytes, ends, head -> head, rows);
  }

  private static Kind zip() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> wholeAt = new ArrayList<>();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < 3; i++) {
        zip.putNextEntry(new ZipEntry(i + ".txt"));
        zip.write(utf8(TEXTS[i]));
        zip.closeEntry();
        wholeAt.add(out.size());
      }
    }
    byte[] bytes = out.toByteArray();
    Rows rows =
        (head, end) -> {
          List<String> whole = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            if (wholeAt.get(i) <= head.length) {
              whole.add(TEXTS[i]);
            }
          }
          return whole;
        };
    return new Kind("a.zip", bytes, Set.of(bytes.length), head -> head, rows);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
