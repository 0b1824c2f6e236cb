package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;

class HubRefusalTest {
  private static final HubRequest REQUEST =
      HubRequest.get("creating alice/tiny", HttpUrl.get("https://hub.example/api"));

  @Test
  void saysWhichTokenIsNotValid() {
    assertMessage(
        answer(401, Map.of("X-Error-Message", "Invalid credentials in Authorization header")),
        "the token from HF_TOKEN is not valid at https://hub.example: Invalid credentials in"
            + " Authorization header (HTTP 401 while creating alice/tiny)");
  }

  @Test
  void saysThatAMissingRepositoryMayBeAnInvisibleOne() {
    assertMessage(
        answer(404, Map.of("X-Error-Code", "RepoNotFound")),
        "the repository does not exist, or the token from HF_TOKEN may not see it"
            + " (HTTP 404 while creating alice/tiny)");
  }

  @Test
  void namesTheMeaningOfTheOtherRefusals() {
    assertMessage(
        answer(404, Map.of("X-Error-Code", "RevisionNotFound")),
        "the repository has no such branch");
    assertMessage(
        answer(403, Map.of("X-Error-Code", "GatedRepo")),
        "access to the repository must be asked for first");
    assertMessage(answer(403, Map.of()), "the token from HF_TOKEN does not have the right");
    assertMessage(answer(412, Map.of()), "somebody else changed the branch meanwhile");
    assertMessage(answer(422, Map.of()), "the hub refused");
  }

  @Test
  void saysEverySentenceOnceOnOneLineWithTheRequestId() {
    String body =
        "{\"error\":\"No\\nway\",\"errors\":[{\"message\":\"first\"},\"first\"],\"message\":\"m\"}";
    Answer answer = new Answer(400, Headers.of("X-Request-Id", "id-1"), body);
    assertMessage(
        answer,
        "the hub refused: No way; first; m (HTTP 400 while creating alice/tiny, request id id-1)");
  }

  @Test
  void blacksOutATokenThatTheHubEchoes() {
    assertMessage(
        answer(401, Map.of("X-Error-Message", "bad: hf_secret")),
        "the token from HF_TOKEN is not valid at https://hub.example: bad: ***");
  }

  @Test
  void isTheHubsFaultWhenItIsBroken() {
    assertThat(HubRefusal.of(REQUEST, answer(501, Map.of()), settings()))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("the hub failed (HTTP 501 while creating alice/tiny)");
    assertThat(HubRefusal.of(REQUEST, answer(429, Map.of()), settings()))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageStartingWith("the hub asks for fewer calls");
  }

  private static void assertMessage(Answer answer, String start) {
    assertThatThrownBy(() -> HubRefusal.of(REQUEST, answer, settings()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(start);
  }

  private static Answer answer(int status, Map<String, String> headers) {
    return new Answer(status, Headers.of(headers), "");
  }

  private static HubSettings settings() {
    return HubSettings.of(
        "neox-upload",
        Map.of(),
        Optional.of("https://hub.example"),
        Optional.of(Token.of("hf_secret", "HF_TOKEN")));
  }
}
