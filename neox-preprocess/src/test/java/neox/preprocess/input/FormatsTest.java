package neox.preprocess.input;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.members;
import static neox.preprocess.Packed.tar;
import static neox.preprocess.Packed.utf8;
import static neox.preprocess.Packed.xz;
import static neox.preprocess.Packed.zip;
import static neox.preprocess.Packed.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import neox.base.slow.SlowTests;
import neox.preprocess.Run;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatsTest {
  @TempDir Path directory;
  private Path out;

  @BeforeEach
  void makeOutputDirectory() throws IOException {
    out = Files.createDirectory(directory.resolve("out"));
  }

  @Test
  void readsGzippedJsonLinesOfManyMembers() throws Exception {
    byte[] whole = joined(gzip(utf8("\"one\"\n{\"text\":\"tw")), gzip(utf8("o\"}\n\"three\"")));
    assertThat(read("c4.json.gz", whole)).containsExactly("one", "two", "three");
    assertThat(read("c4.jsonl.gz", whole)).containsExactly("one", "two", "three");
  }

  @Test
  void takesEachLineOfAGzippedTextWithItsLineFeed() throws Exception {
    byte[] whole = gzip(utf8("\uFEFFone\r\n\ntwo \"x\"\nlast"));
    assertThat(read("lines.gz", whole))
        .containsExactly("\uFEFFone\r\n", "\n", "two \"x\"\n", "last");
    assertRefused("bad.gz", gzip(new byte[] {'a', '\n', 'b', (byte) 0xff}), ":2: not valid UTF-8");
  }

  @Test
  void passesOverZerosBehindTheMembersOfAGzip() throws Exception {
    byte[] zeros = new byte[1500];
    byte[] lines =
        joined(joined(gzip(utf8("\"one\"\n")), zeros), joined(gzip(utf8("\"two\"\n")), zeros));
    assertThat(read("a.jsonl.gz", lines)).containsExactly("one", "two");
    assertThat(read("a.json.gz", lines)).containsExactly("one", "two");
    assertThat(read("a.gz", lines)).containsExactly("\"one\"\n", "\"two\"\n");
    assertThat(read("a.tar.gz", joined(gzip(tar(members("a", "one"))), zeros)))
        .containsExactly("one");
    String after = ": damaged or cut short after line 1: ";
    assertRefused(
        "b.jsonl.gz",
        joined(gzip(utf8("\"one\"\n")), utf8("\0\0x\0")),
        after + "something that is not in gzip's format follows\n");
    assertRefused(
        "c.jsonl.gz", zeros, ": damaged or cut short after line 0: not in gzip's format\n");
    assertRefused("d.jsonl.gz", new byte[0], "after line 0: it is empty\n");
    assertRefused("d.jsonl.zst", new byte[0], "after line 0: it is empty\n");
  }

  @Test
  void namesAByteOrderMarkInTheMiddle() throws Exception {
    byte[] joined = utf8("\uFEFF\"one\"\n\uFEFF\"two\"\n");
    assertRefused(
        "a.jsonl",
        joined,
        "a.jsonl:2: the row begins with a byte order mark (U+FEFF, which begins some files; it stays"
            + " where they are joined, and must be taken out)\n");
    assertThat(
            Run.bytes(out, directory.resolve("a.jsonl").toString(), "--on-error=skip").exitCode())
        .isZero();
    assertThat(Run.documents(out, "text")).containsExactly("one");
  }

  @Test
  void takesEachMemberOfATarAsItIs() throws Exception {
    String long1 = "folder/" + "n".repeat(150) + ".txt";
    byte[] whole = tar(members("a.txt", "\uFEFFone\r\ntwo\n", "empty", "", long1, "é\n"));
    assertThat(read("docs.tar.gz", gzip(whole))).containsExactly("\uFEFFone\r\ntwo\n", "é\n");
    assertThat(read("docs.tar.xz", xz(whole))).containsExactly("\uFEFFone\r\ntwo\n", "é\n");
    assertThat(read("urlsf_subset01-1_data.xz", xz(whole))).hasSize(2);
    assertRefused("other_data.xz", xz(whole), ": this kind of file is not read; ");
    byte[] bad = gzip(tar(members("a", "x", "b/c\n", new byte[] {'\n', (byte) 0xc0})));
    assertRefused("bad.tar.gz", bad, "!b/c?:2: not valid UTF-8: byte 0xc0\n");
  }

  @Test
  void readsTheTarsInsideOpenWebText() throws Exception {
    byte[] first = xz(tar(members("1.txt", "one", "2.txt", "two")));
    byte[] second = tar(members("3.txt", "three"));
    byte[] whole = xz(tar(members("urlsf_00.xz", first, "urlsf_01.tar", second)));
    assertThat(read("openwebtext.tar.xz", whole)).containsExactly("one", "two", "three");
    byte[] bad = xz(tar(members("a.tar", tar(members("b.txt", new byte[] {(byte) 0xff})))));
    Path inner = Files.createDirectory(directory.resolve("bad"));
    Path file = Files.write(inner.resolve("openwebtext.tar.xz"), bad);
    assertThat(Run.bytes(inner, file.toString()).err())
        .isEqualTo("neox-preprocess: " + file + "!a.tar!b.txt:1: not valid UTF-8: byte 0xff\n");
  }

  @Test
  void takesEachMemberOfAZipInTheOrderOfItsDirectory() throws Exception {
    byte[] whole = zip(members("z.txt", "one\r\n", "a.txt", "two", "empty", ""));
    assertThat(read("docs.zip", whole)).containsExactly("one\r\n", "two");
    byte[] bad = zip(members("a", "x", "ü", new byte[] {(byte) 0xff}));
    assertRefused("bad.zip", bad, "!ü:1: not valid UTF-8: byte 0xff\n");
  }

  @Test
  void readsJsonLinesOfEachMemberOfATarOfZstd() throws Exception {
    byte[] whole =
        tar(
            members(
                "a.jsonl.zst", joined(zstd(utf8("\"one\"\n\"tw")), zstd(utf8("o\"\n"))),
                "empty.jsonl.zst", zstd(new byte[0]),
                "b.jsonl.zst", zstd(utf8("{\"text\":[\"th\",\"ree\"]}"))));
    assertThat(read("pile.jsonl.zst.tar", whole)).containsExactly("one", "two", "th\n\nree");
    byte[] bad = tar(members("a.jsonl.zst", zstd(utf8("\"x\"\n{}\n"))));
    assertRefused("b.jsonl.zst.tar", bad, "!a.jsonl.zst:2: no key \"text\" in this row");
  }

  @Test
  void readsTheElementsOfAJsonArray() throws Exception {
    String array =
        " [ \"a]\\\"\\\\\" ,\n{\"meta\":{\"k\":[1,\"}\"]},\n \"text\":\"b\"},{\"text\":[\"c\",\"d\"]}] \n";
    assertThat(read("docs.json.zst", zstd(utf8(array)))).containsExactly("a]\"\\", "b", "c\n\nd");
    assertThat(read("mark.json.zst", zstd(utf8("\uFEFF[\"a\"]")))).containsExactly("a");
    assertRefused("e.json.zst", zstd(utf8("[]")), "no documents in ");
    assertRefused("1.json.zst", zstd(utf8("[\"a\",{\"x\":1}]")), "!2: no key \"text\"");
    assertRefused("2.json.zst", zstd(utf8("[\"a\",nope]")), "!2: not valid JSON: expected a value");
    String after = ": damaged or cut short after document ";
    assertRefused("3.json.zst", zstd(utf8("{}")), after + "0: expected a JSON array, which begins");
    assertRefused("4.json.zst", zstd(utf8("[\"a\",")), after + "1: the JSON array ends inside doc");
    assertRefused("5.json.zst", zstd(utf8("[\"a\",]")), after + "1: document 2 of the JSON array");
    assertRefused("6.json.zst", zstd(utf8("[\"a\"]1")), after + "1: there is something after the");
  }

  @Test
  void readsRecordsThatBeginWithTheirLength() throws Exception {
    String records = "0000000000000004né\n0000000000000000" + "0000000000000001x";
    assertThat(read("docs.dat.zst", zstd(utf8(records)))).containsExactly("né\n", "x");
    String after = ": damaged or cut short after document ";
    assertRefused("1.dat.zst", zstd(utf8(records + "00")), after + "3: record 4 must begin with");
    assertRefused("2.dat.zst", zstd(utf8("             +1x")), after + "0: record 1 must begin");
    assertRefused(
        "3.dat.zst", zstd(utf8("0000000000000009x")), after + "0: record 1 ends after 1 of 9 byte");
    assertRefused(
        "4.dat.zst",
        zstd(utf8("9999999999999999x")),
        "4.dat.zst!1: a row of 10000000000.0 MB or more needs more than the Java heap of ");
    byte[] bad = joined(utf8("0000000000000002\n"), new byte[] {(byte) 0xff});
    assertRefused("5.dat.zst", zstd(bad), "!1:2: not valid UTF-8: byte 0xff\n");
  }

  @Test
  void reportsEveryTruncatedArchiveInOneLineAndLeavesNothing() throws Exception {
    for (Sample sample : samples()) {
      for (int cut : List.of(sample.bytes.length / 2, 30, 3)) {
        byte[] part = java.util.Arrays.copyOf(sample.bytes, cut);
        Path file = Files.write(directory.resolve(sample.name), part);
        Run run = Run.bytes(out, file.toString());
        assertThat(run.err()).as(sample.name + " " + cut).contains(": damaged").hasLineCount(1);
        assertThat(run.err()).startsWith("neox-preprocess: " + file);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(Run.files(out)).isEmpty();
      }
    }
  }

  @Test
  void survivesRandomDamageWithOneLineOrNone() throws Exception {
    Random random = new Random(7);
    for (Sample sample : samples()) {
      for (int round = 0; round < SlowTests.rounds(8, 40); round++) {
        byte[] damaged = sample.bytes.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        Path file = Files.write(directory.resolve(sample.name), damaged);
        Run run = Run.bytes(out, file.toString(), "--workers=1", "--overwrite");
        assertThat(run.exitCode()).as(run.err()).isIn(0, 2);
        assertThat(run.err()).hasLineCount(run.exitCode() == 0 ? 2 : 1); // and what is next
      }
    }
  }

  @Test
  void saysWhenANameLies() throws Exception {
    for (Sample sample : samples()) {
      byte[] plain = utf8("\"this is nothing but text\"\n".repeat(100));
      assertRefused(sample.name, plain, ": damaged");
    }
  }

  @Test
  void refusesAnEncryptedZip() throws Exception {
    assertRefused(
        "secret.zip",
        encrypted(zip(members("a", "x", "b", "y"))),
        "secret.zip: a member is encrypted; decrypt the archive first\n");
  }

  @Test
  void skipsBadMembersAndTheRestOfDamagedArchivesWithACount() throws Exception {
    byte[] flawed = zip(members("a", "one", "b", new byte[] {(byte) 0xff}, "c", "two"));
    Path zip = Files.write(directory.resolve("1.zip"), flawed);
    byte[] lines = zstd(utf8("\"" + "x".repeat(50) + "\"\n"));
    byte[] records = zstd(utf8("0000000000000002ok00000000000000"));
    Path cut = Files.write(directory.resolve("2.dat.zst"), records);
    Path text = Files.write(directory.resolve("3.jsonl.zst"), lines);
    String inputs = zip + "," + cut + "," + text;
    Run run = Run.bytes(out, inputs, "--on-error=skip");
    assertThat(run.err().lines().toList())
        .startsWith(
            "warning: " + zip + "!b:1: not valid UTF-8: byte 0xff: skipped",
            "warning: "
                + cut
                + ": damaged or cut short after document 1: record 2 must begin with its length in"
                + " 16 decimal digits: the rest of it is left out")
        .anySatisfy(line ->
            assertThat(line)
                .contains("4 documents, 58 tokens, 1 rows skipped, 1 file incomplete ("));
    assertThat(Run.documents(out, "text")).containsExactly("one", "two", "ok", "x".repeat(50));
  }

  @Test
  void noticesAZipMemberThatDoesNotMatchItsChecksum() throws Exception {
    byte[] flawed = zip(members("a", "one", "b", "two"));
    int directoryEntry = indexOf(flawed, new byte[] {'P', 'K', 1, 2}); // that of folder/
    int next = indexOf(flawed, new byte[] {'P', 'K', 1, 2}, directoryEntry + 4);
    flawed[next + 16] ^= 1; // the checksum of a
    assertRefused("sum.zip", flawed, "!a: damaged: its checksum does not match\n");
    Path file = directory.resolve("sum.zip");
    assertThat(Run.bytes(out, file.toString(), "--on-error=skip").exitCode()).isZero();
    assertThat(Run.documents(out, "text")).containsExactly("two");
  }

  @Test
  void refusesSeveralKeysOfPlainText() throws Exception {
    Path file = Files.write(directory.resolve("a.gz"), gzip(utf8("x")));
    assertThat(Run.bytes(out, file.toString(), "--jsonl-keys", "a", "b").err())
        .isEqualTo(
            "neox-preprocess: "
                + file
                + ":1: plain text has no keys, but --jsonl-keys asks for [a, b]\n");
  }

  @Test
  void writesTheSameForAnyNumberOfWorkersFromADirectoryOfEverything() throws Exception {
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    for (Sample sample : samples()) {
      Files.write(corpus.resolve(sample.name), sample.bytes);
    }
    Run.bytes(out, corpus.toString(), "--workers=1");
    byte[] expected = Files.readAllBytes(out.resolve("out_text_document.bin"));
    List<String> documents = Run.documents(out, "text");
    assertThat(documents).hasSizeGreaterThan(300 * samples().size() / 2);
    Run.bytes(out, corpus.toString(), "--workers=5", "--overwrite");
    assertThat(Files.readAllBytes(out.resolve("out_text_document.bin"))).isEqualTo(expected);
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Sample(String name, byte[] bytes) {}

  /// One archive of each kind, with 300 documents that do not compress well.
  private static List<Sample> samples() throws IOException {
    Random random = new Random(3);
    StringBuilder rows = new StringBuilder();
    StringBuilder records = new StringBuilder();
    List<Object> texts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String text = i + " " + Long.toHexString(random.nextLong());
      rows.append(i == 0 ? "" : "\n").append('"').append(text).append('"');
      records.append("%016d".formatted(text.length())).append(text);
      texts.add(i + ".txt");
      texts.add(text);
    }
    byte[] json = utf8(rows.toString());
    byte[] tar = tar(members(texts.toArray()));
    return List.of(
        new Sample("0.jsonl.zst", zstd(json)),
        new Sample("1.jsonl.gz", gzip(json)),
        new Sample("2.jsonl.zst.tar", tar(members("a.jsonl.zst", zstd(json)))),
        new Sample("3.json.zst", zstd(utf8("[" + rows.toString().replace('\n', ',') + "]"))),
        new Sample("4.dat.zst", zstd(utf8(records.toString()))),
        new Sample("5.zip", zip(members(texts.toArray()))),
        new Sample("6.tar.gz", gzip(tar)),
        new Sample("7.tar.xz", xz(tar)),
        new Sample("8.gz", gzip(json)));
  }

  private List<String> read(String name, byte[] content) throws IOException {
    Path file = Files.write(directory.resolve(name), content);
    Run run = Run.bytes(out, file.toString(), "--overwrite");
    assertThat(run.exitCode()).as(run.err()).isZero();
    return Run.documents(out, "text");
  }

  private void assertRefused(String name, byte[] content, String problem) throws IOException {
    Path empty = directory.resolve("refused-" + name);
    Files.createDirectories(empty);
    Path file = Files.write(directory.resolve(name), content);
    Run run = Run.bytes(empty, file.toString());
    assertThat(run.err()).startsWith("neox-preprocess: ").contains(file.toString());
    assertThat(run.err()).as(name).contains(problem).hasLineCount(1);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(Run.files(empty)).isEmpty();
  }

  private static byte[] joined(byte[] a, byte[] b) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(a);
    out.writeBytes(b);
    return out.toByteArray();
  }

  /// Sets the flag that says "encrypted" in every header.
  private static byte[] encrypted(byte[] zip) {
    byte[] local = {'P', 'K', 3, 4};
    byte[] central = {'P', 'K', 1, 2};
    for (int at = indexOf(zip, local); at >= 0; at = indexOf(zip, local, at + 4)) {
      zip[at + 6] |= 1;
    }
    for (int at = indexOf(zip, central); at >= 0; at = indexOf(zip, central, at + 4)) {
      zip[at + 8] |= 1;
    }
    return zip;
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return indexOf(bytes, part, 0);
  }

  private static int indexOf(byte[] bytes, byte[] part, int from) {
    for (int i = from; i + part.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }
}
