package neox.preprocess.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.data.indexed.IndexedTokensWriter;
import neox.data.indexed.TokenWidth;
import neox.preprocess.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeCommandTest {
  @TempDir Path directory;

  @Test
  void equalsOneRunOverTheWholeCorpus() throws Exception {
    tokenize("a", "\"one\"\n\"two\"\n");
    tokenize("b", "\"three\"\n");
    tokenize("whole", "\"one\"\n\"two\"\n\"three\"\n");
    Run run =
        merge("--input", at("a_text_document"), at("b_text_document"), "--output-prefix", at("m"));
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith(
            "wrote " + at("m") + ".{bin,idx}: 2 datasets, 3 documents, 11 tokens (0.00 GB in ")
        .endsWith(" GB/s)\nnext: neox-preprocess inspect " + at("m") + "\n");
    assertSame("m", "whole_text_document");
    assertThat(Run.files(directory)).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void joinsAllDatasetsOfADirectoryByName() throws Exception {
    Files.createDirectory(directory.resolve("parts"));
    tokenize("parts/b", "\"three\"\n");
    tokenize("parts/a", "\"one\"\n\"two\"\n");
    tokenize("whole", "\"one\"\n\"two\"\n\"three\"\n");
    Files.writeString(directory.resolve("parts/.hidden.bin"), "");
    Files.writeString(directory.resolve("parts/report.json"), "");
    for (String input : List.of("parts", "parts/*", "parts/*_text_document.bin", "parts/*.idx")) {
      Run run = merge("--input", at(input), "--output_prefix", at("m"), "--overwrite");
      assertThat(run.err()).contains("2 datasets");
      assertSame("m", "whole_text_document");
    }
    List<String> expanded = new ArrayList<>(List.of("--output-prefix", at("m"), "--overwrite"));
    expanded.add("--input");
    for (String name : List.of("a", "b")) {
      expanded.add(at("parts/" + name + "_text_document.bin"));
      expanded.add(at("parts/" + name + "_text_document.idx"));
    }
    assertThat(merge(expanded.toArray(String[]::new)).exitCode()).isZero();
    assertSame("m", "whole_text_document");
  }

  @Test
  void findsTheShardsOfARun() throws Exception {
    tokenize("s_00000-of-00003", "\"one\"\n");
    tokenize("s_00001-of-00003", "\"two\"\n");
    tokenize("s_00002-of-00003", "\"three\"\n");
    tokenize("other_00000-of-00002", "\"x\"\n");
    tokenize("whole", "\"one\"\n\"two\"\n\"three\"\n");
    Run run = merge("--shards", at("s_text_document"));
    assertThat(run.err()).startsWith("wrote " + at("s_text_document") + ".{bin,idx}: 3 datasets,");
    assertSame("s_text_document", "whole_text_document");
    Path elsewhere = directory.resolve("elsewhere");
    merge("--shards", at("s_text_document"), "--output-dir", elsewhere.toString());
    assertSame("elsewhere/s_text_document", "whole_text_document");
  }

  @Test
  void namesMissingAndForeignShards() throws Exception {
    String shards = at("s_text_document");
    assertRefused(
        shards + ": no shards of it; they are named PREFIX_00000-of-00004_KEY_document",
        "--shards",
        shards);
    tokenize("s_00001-of-00003", "\"two\"\n");
    assertRefused(
        shards
            + ": 2 of 3 shards are missing: s_00000-of-00003_text_document,"
            + " s_00002-of-00003_text_document; run neox-preprocess for them first",
        "--shards",
        shards);
    tokenize("s_00000-of-00002", "\"two\"\n");
    assertRefused(
        shards
            + ": shards of two runs lie beside each other (-of-00002 and -of-00003); delete those"
            + " of one",
        "--shards",
        shards);
    tokenize("t_00000-of-00001", "\"two\"\n");
    tokenize("t_00003-of-00001", "\"two\"\n");
    assertRefused(
        at("t_text_document") + ": 2 shards, but they are numbered to 0 only",
        "--shards",
        at("t_text_document"));
    tokenize("u_00000-of-00001_text", "\"x\"\n", "--jsonl-keys", "x");
    tokenize("u_text_00000-of-00001", "\"x\"\n", "--jsonl-keys", "x");
    assertRefused(
        at("u_text_x_document")
            + ": shards of u and of u_text fit this name; move those of one elsewhere",
        "--shards",
        at("u_text_x_document"));
  }

  @Test
  void joinsRawPiecesAsTheDataOfPythiaIsPublished() throws Exception {
    tokenize("p", "\"one\"\n\"two\"\n");
    Path bin = directory.resolve("p_text_document.bin");
    byte[] bytes = Files.readAllBytes(bin);
    Files.delete(bin);
    Path first = directory.resolve("p_text_document-00000-of-00001.bin");
    Files.write(first, Arrays.copyOf(bytes, 5));
    Files.write(
        directory.resolve("p_text_document-00001-of-00001.bin"),
        Arrays.copyOfRange(bytes, 5, bytes.length));
    Run run =
        merge(
            "--input_file",
            first.toString(),
            "--num_shards",
            "2",
            "--output_dir",
            directory.resolve("joined").toString());
    assertThat(run.err()).contains("1 dataset, 2 documents");
    assertThat(directory.resolve("joined/p_text_document.bin")).hasBinaryContent(bytes);
    assertRefused(
        "--num-shards 3: the name of the input says 2 pieces",
        "--input-file",
        first.toString(),
        "--num-shards",
        "3");
    assertRefused(
        "--num-shards: give the first piece as --input-file, such as data-00000-of-00082.bin",
        "--input-file",
        "p",
        "--num-shards",
        "3");
  }

  @Test
  void widensWhenTold() throws Exception {
    tokenize("a", "\"one\"\n");
    Path wide = directory.resolve("wide");
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(wide, TokenWidth.INT32)) {
      writer.addDocument(new int[] {70000}, 0, 1);
      writer.commit();
    }
    String[] inputs = {"--input", at("a_text_document"), at("wide"), "--output-prefix", at("m")};
    assertRefused(
        at("a_text_document.idx")
            + " holds UINT16 and "
            + at("wide.idx")
            + " holds INT32; preprocess them with one vocabulary, or give --widen to write int32",
        inputs);
    assertThat(Files.exists(directory.resolve("m.bin"))).isFalse();
    String[] widened = Arrays.copyOf(inputs, inputs.length + 1);
    widened[inputs.length] = "--widen";
    assertThat(merge(widened).err()).contains("2 datasets, 2 documents, 4 tokens");
    assertThat(directory.resolve("m.bin")).hasSize(16);
  }

  @Test
  void saysWhatIsMissingOrImpossible() throws Exception {
    tokenize("a", "\"one\"\n");
    String a = at("a_text_document");
    assertRefused("give either --input or --shards; see neox-preprocess merge --help");
    assertRefused(
        "give either --input or --shards; see neox-preprocess merge --help",
        "--input",
        a,
        "--shards",
        a);
    assertRefused("--output-prefix is required; see neox-preprocess merge --help", "--input", a);
    assertRefused(
        "give either --output-prefix or --output-dir",
        "--input",
        a,
        "--output-prefix",
        a,
        "--output-dir",
        a);
    assertRefused(
        a + ".bin or .idx exists; give --overwrite to replace it, or another --output-prefix",
        "--input",
        a,
        "--output-prefix",
        a);
    assertRefused(
        a + " is an input of this merge and its output, too; give another --output-prefix",
        "--input",
        a,
        "--output-prefix",
        a,
        "--overwrite");
    assertRefused(a + ": given twice", "--input", a, a, "--output-prefix", at("m"));
    assertRefused(a + ": given twice", "--input", a, at("*"), "--output-prefix", at("m"));
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertRefused(
        empty + ": no dataset in this directory; a dataset is two files, .bin and .idx",
        "--input",
        empty.toString(),
        "--output-prefix",
        at("m"));
    assertRefused(
        empty + "/*: no dataset fits this pattern; a dataset is two files, .bin and .idx",
        "--input",
        empty + "/*",
        "--output-prefix",
        at("m"));
    tokenize("b", "\"one\"\n");
    assertRefused(
        "--output-dir takes the name of the input, but there are 2; give --output-prefix",
        "--input",
        a,
        at("b_text_document"),
        "--output-dir",
        at("m"));
    assertRefused(
        at("c.idx")
            + ": no such file; a dataset is a prefix with .bin and .idx beside each other (see"
            + " neox-preprocess)",
        "--input",
        a,
        at("c"),
        "--output-prefix",
        at("m"));
    assertThat(Run.files(directory)).noneMatch(name -> name.startsWith("m."));
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private void tokenize(String name, String rows, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--input", "-", "--output-prefix", at(name)));
    arguments.addAll(List.of("--tokenizer-type", "CharLevelTokenizer"));
    arguments.addAll(List.of(more));
    byte[] stdin = rows.getBytes(StandardCharsets.UTF_8);
    assertThat(Run.withInput(stdin, arguments.toArray(String[]::new)).exitCode()).isZero();
  }

  private static Run merge(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "merge";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Run.of(all);
  }

  private static void assertRefused(String message, String... arguments) {
    Run run = merge(arguments);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  private void assertSame(String actual, String expected) throws Exception {
    for (String ending : List.of(".bin", ".idx")) {
      assertThat(
              Files.mismatch(
                  directory.resolve(actual + ending), directory.resolve(expected + ending)))
          .isEqualTo(-1);
    }
  }
}
