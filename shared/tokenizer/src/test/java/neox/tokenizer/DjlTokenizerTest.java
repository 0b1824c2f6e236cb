package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DjlTokenizerTest {
  @TempDir Path directory;

  @Test
  void encodesWordPiecesAsHuggingFaceDoesWithoutTemplateTokens() {
    Tokenizer tokenizer = Golden.tokenizer("wordpiece");
    String text = "Hello Worlds, <new> words<|endoftext|> xyz";
    int[] expected = {3, 4, 5, 7, 9, 6, 5, 8, 0};
    assertThat(tokenizer.encode(text)).containsExactly(expected);
    byte[] utf8 = ("--" + text).getBytes(StandardCharsets.UTF_8);
    TokenBuffer out = new TokenBuffer();
    tokenizer.encoder().encode(utf8, 2, utf8.length, out);
    assertThat(out.toArray()).containsExactly(expected);
  }

  @Test
  void decodesAndKnowsTheVocabulary() {
    Tokenizer tokenizer = Golden.tokenizer("wordpiece");
    assertThat(tokenizer.decode(3, 4, 5, 9, 77, -1)).isEqualTo("hello worlds <new>");
    assertThat(tokenizer.vocabSize()).isEqualTo(10);
    assertThat(tokenizer.eod()).hasValue(8);
    assertThat(tokenizer.id("[SEP]")).hasValue(2);
    assertThat(tokenizer.token(9)).hasValue("<new>");
    assertThat(tokenizer.files()).containsExactly(Golden.file("wordpiece.json"));
  }

  @Test
  void reportsAFileThatHuggingFaceRefuses() throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, "{\"model\": {\"type\": \"Telepathy\", \"vocab\": {\"a\": 0}}}");
    assertThatThrownBy(() -> Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ": HuggingFace tokenizers cannot use this file: ")
        .hasMessageNotContaining("\n");
  }

  /// Byte-level files must not cost the start of DJL: here it is not even there.
  @Test
  void isNotNeededForByteLevelFiles() throws Exception {
    try (URLClassLoader withoutDjl = new URLClassLoader(urlsWithoutDjl(), null)) {
      Method open =
          withoutDjl
              .loadClass("neox.tokenizer.Tokenizers")
              .getMethod("open", String.class, Optional.class, Optional.class);
      Object byteLevel =
          open.invoke(null, "HFTokenizer", Optional.of(Golden.file("neox.json")), Optional.empty());
      assertThat(byteLevel.getClass().getName()).isEqualTo("neox.tokenizer.ByteLevelBpe");
      assertThat(byteLevel.getClass().getClassLoader()).isSameAs(withoutDjl);
      Optional<Path> wordPiece = Optional.of(Golden.file("wordpiece.json"));
      assertThatThrownBy(() -> open.invoke(null, "HFTokenizer", wordPiece, Optional.empty()))
          .isInstanceOf(InvocationTargetException.class)
          .hasRootCauseInstanceOf(ClassNotFoundException.class)
          .rootCause()
          .hasMessageContaining("ai.djl");
    }
  }

  private static URL[] urlsWithoutDjl() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("djl")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    return urls.toArray(URL[]::new);
  }
}
