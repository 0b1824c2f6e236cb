package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginTest {
  private static final String KEY = "a".repeat(40);

  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void liveIn() {
    environment.put("HOME", home.toString());
  }

  private static Asked asked(Optional<Boolean> use) {
    Optional<String> nothing = Optional.empty();
    return new Asked(use, nothing, nothing, nothing, nothing, nothing, nothing);
  }

  private Optional<Login> login(Optional<Boolean> use) throws IOException {
    return Login.of(asked(use), "abc", environment);
  }

  @Test
  void aRunThatSaysNothingIsSentWhereThereIsAKey() throws IOException {
    assertThat(login(Optional.empty())).isEmpty();
    environment.put("WANDB_API_KEY", KEY);
    assertThat(login(Optional.empty()).orElseThrow().why()).isEmpty();
    assertThat(login(Optional.of(false))).isEmpty();
    environment.put("WANDB_MODE", "disabled");
    assertThat(login(Optional.of(true))).isEmpty();
  }

  @Test
  void aRunThatIsAskedForIsKeptWhereThereIsNoKey() throws IOException {
    Login login = login(Optional.of(true)).orElseThrow();
    assertThat(login.key()).isEmpty();
    assertThat(login.why())
        .contains("neither WANDB_API_KEY nor netrc has a key for https://api.wandb.ai");
    environment.put("WANDB_API_KEY", KEY);
    environment.put("WANDB_MODE", "offline");
    assertThat(login(Optional.of(true)).orElseThrow().why()).contains("WANDB_MODE is offline");
  }

  @Test
  void theKeyIsFoundInNetrcByTheHostWithItsPortOrWithout() throws IOException {
    Files.writeString(
        home.resolve(".netrc"),
        """
        # machine 127.0.0.1:8811 password commented
        machine other login user password %s
        machine 127.0.0.1:8811
          login user
          password %s
        machine wandb.example login user password %s
        """
            .formatted("b".repeat(40), KEY, "c".repeat(40)));
    environment.put("WANDB_BASE_URL", "http://127.0.0.1:8811/");
    assertThat(basic()).isEqualTo(ApiKey.of(KEY, "").basic());
    environment.put("WANDB_BASE_URL", "https://wandb.example:444");
    assertThat(basic()).isEqualTo(ApiKey.of("c".repeat(40), "").basic());
    environment.put("WANDB_BASE_URL", "https://elsewhere");
    assertThat(login(Optional.empty())).isEmpty();
    environment.put("WANDB_BASE_URL", "http://127.0.0.1:8811/");
    environment.put("NETRC", home.resolve("none").toString());
    assertThat(login(Optional.empty())).isEmpty();
  }

  private String basic() throws IOException {
    return login(Optional.empty()).orElseThrow().key().orElseThrow().basic();
  }

  @Test
  void whatCannotBeAKeyIsRefusedWithoutShowingIt() throws IOException {
    environment.put("WANDB_API_KEY", "not-a-key");
    assertThatThrownBy(() -> login(Optional.of(true)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "WANDB_API_KEY: expected an API key of W&B, of 40 characters or more; found 9"
                + " characters; copy it from the settings of your account");
    assertThat(login(Optional.empty())).isEmpty();
  }

  @Test
  void theConfigurationWinsOverTheEnvironment() throws IOException {
    environment.put("WANDB_API_KEY", KEY);
    environment.put("WANDB_PROJECT", "theirs");
    environment.put("WANDB_ENTITY", "team");
    environment.put("WANDB_NAME", "name");
    environment.put("WANDB_RUN_ID", "id1");
    environment.put("WANDB_RESUME", "must");
    RunTerms terms = login(Optional.empty()).orElseThrow().terms();
    assertThat(terms.project()).isEqualTo("theirs");
    assertThat(terms.entity()).contains("team");
    assertThat(terms.name()).contains("name");
    assertThat(terms.id()).isEqualTo("id1");
    assertThat(terms.resume()).isEqualTo(RunTerms.Resume.MUST);
    Optional<String> none = Optional.empty();
    Asked asked =
        new Asked(
            none.map(_ -> true),
            Optional.of("https://h"),
            none,
            Optional.of("ours"),
            none,
            none,
            none);
    terms = Login.of(asked, "abc", environment).orElseThrow().terms();
    assertThat(terms.project()).isEqualTo("ours");
    assertThat(terms.server()).hasToString("https://h");
  }

  @Test
  void aNameAWordOrAnAddressThatCannotBeUsedIsRefused() {
    environment.put("WANDB_API_KEY", KEY);
    refused("WANDB_RUN_ID", "a/b", "WANDB_RUN_ID: expected at most 128 characters and none of");
    refused("WANDB_RESUME", "perhaps", "WANDB_RESUME: expected allow, must or never");
    refused("WANDB_MODE", "fast", "WANDB_MODE: expected online, offline or disabled, found fast");
    refused("WANDB_BASE_URL", "ftp://h", "the server of W&B is not an address");
    refused("WANDB_BASE_URL", "http://user:secret@h", "the server of W&B is not an address");
  }

  private void refused(String variable, String value, String message) {
    environment.put(variable, value);
    assertThatThrownBy(() -> login(Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret");
    environment.remove(variable);
  }
}
