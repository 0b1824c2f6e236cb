package neox.preprocess;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.command.PreprocessCommand;

/// What a run of the tool in this process did.
public record Run(int exitCode, String out, String err) {
  public static final Path GOLDEN = Path.of("src/test/resources/golden");

  public static Run of(String... arguments) {
    return withInput(new byte[0], arguments);
  }

  public static Run withInput(byte[] stdin, String... arguments) {
    return of(new ByteArrayInputStream(stdin), arguments);
  }

  public static Run of(InputStream stdin, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new PreprocessCommand(),
            arguments,
            stdin,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /// Tokenizes by bytes into `directory/out`.
  public static Run bytes(Path directory, String input, String... more) {
    return bytesOf(new byte[0], directory, input, more);
  }

  public static Run bytesOf(byte[] stdin, Path directory, String input, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--input", input, "--output-prefix", directory.resolve("out").toString()));
    arguments.addAll(List.of("--tokenizer-type", "CharLevelTokenizer"));
    arguments.addAll(List.of(more));
    return withInput(stdin, arguments.toArray(String[]::new));
  }

  /// The documents of `directory/out_KEY_document`, decoded from bytes.
  public static List<String> documents(Path directory, String key) throws IOException {
    List<String> texts = new ArrayList<>();
    try (IndexedTokens tokens = IndexedTokens.open(directory.resolve("out_" + key + "_document"))) {
      for (long i = 0; i < tokens.count(); i++) {
        int[] ids = tokens.item(i);
        byte[] utf8 = new byte[ids.length];
        for (int j = 0; j < ids.length; j++) {
          utf8[j] = (byte) ids[j];
        }
        texts.add(new String(utf8, StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  public static List<String> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
