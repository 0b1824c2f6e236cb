package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
  @TempDir Path home;

  @Test
  void prefersTheVariablesInTheirOrderOverFiles() throws IOException {
    write(home.resolve(".cache/huggingface/token"), "hf_file");
    Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
    assertThat(found(environment)).isEqualTo("Bearer hf_file");
    environment.put("HUGGING_FACE_HUB_TOKEN", "hf_old");
    assertThat(found(environment)).isEqualTo("Bearer hf_old");
    environment.put("HF_TOKEN", " hf_new\n");
    assertThat(found(environment)).isEqualTo("Bearer hf_new");
  }

  @Test
  void looksForTheFileWhereTheVariablesSay() {
    Map<String, String> environment = new HashMap<>(Map.of("HOME", "/h"));
    assertThat(Token.usualFile(environment)).isEqualTo(Path.of("/h/.cache/huggingface/token"));
    environment.put("XDG_CACHE_HOME", "/x");
    assertThat(Token.usualFile(environment)).isEqualTo(Path.of("/x/huggingface/token"));
    environment.put("HF_HOME", "~/hub");
    assertThat(Token.usualFile(environment)).isEqualTo(Path.of("/h/hub/token"));
    environment.put("HF_TOKEN_PATH", "/secrets/hub");
    assertThat(Token.usualFile(environment)).isEqualTo(Path.of("/secrets/hub"));
  }

  @Test
  void findsNothingWhenThereIsNone() throws IOException {
    assertThat(Token.find(Map.of("HOME", home.toString(), "HF_TOKEN", " "))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \t\r\n"})
  void anEmptyFileOfTheHubsToolsIsNoTokenButANamedOneIsAMistake(String nothing) throws IOException {
    Path file = home.resolve(".cache/huggingface/token");
    write(file, nothing);
    Map<String, String> environment = Map.of("HOME", home.toString());
    assertThat(Token.find(environment)).isEmpty();
    assertThat(HubSettings.forReading("test", environment, Optional.empty()).token()).isEmpty();
    assertThatThrownBy(() -> Token.read(file))
        .isInstanceOf(UserException.class)
        .hasMessage("the token from " + file + " is empty");
  }

  @Test
  void showsItsOriginButNotItsSecret() {
    Token token = Token.of("hf_secret", "HF_TOKEN");
    assertThat(token).hasToString("token from HF_TOKEN");
    assertThat(token.hideIn("bad token hf_secret!")).isEqualTo("bad token ***!");
  }

  @Test
  void refusesWhatNoTokenLooksLike() {
    assertThatThrownBy(() -> Token.of("  \n", "HF_TOKEN"))
        .isInstanceOf(UserException.class)
        .hasMessage("the token from HF_TOKEN is empty");
    assertThatThrownBy(() -> Token.of("hf_a\nhf_b", "HF_TOKEN"))
        .isInstanceOf(UserException.class)
        .hasMessage("the token from HF_TOKEN has a space or a character that no token has");
  }

  @Test
  void refusesANamedFileThatIsMissing() {
    Path file = home.resolve("nothing");
    assertThatThrownBy(() -> Token.read(file))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": no such file or directory");
  }

  private static String found(Map<String, String> environment) throws IOException {
    return Token.find(environment).orElseThrow().bearer();
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
