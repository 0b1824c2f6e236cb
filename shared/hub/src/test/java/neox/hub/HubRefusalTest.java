package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | RepoNotFound     | check the name, and whose token it is",
        "404 | RevisionNotFound | check the name of the branch, tag or commit",
        "404 | EntryNotFound    | check the path",
        "403 | GatedRepo        | ask for it on the repository's page at https://hub.example",
        "400 | ''               | mend what it names",
        "401 | ''               | make another one at https://hub.example/settings/tokens",
        "403 | ''               | take a token that may read it, see"
            + " https://hub.example/settings/tokens",
        "404 | ''               | check the names, --endpoint and HF_ENDPOINT",
        "409 | ''               | run the same command again",
        "412 | ''               | run the same command again",
        "413 | ''               | upload fewer or smaller files at a time",
        "422 | ''               | mend what it names",
        "418 | ''               | ask the hub's support about the request id",
        "307 | ''               | use the new name, or --endpoint"
      })
  void endsWithWhatToDo(int status, String code, String remedy) {
    Headers headers = Headers.of("X-Error-Code", code, "X-Request-Id", "id-1");
    assertThatThrownBy(() -> HubRefusal.of(REQUEST, new Answer(status, headers, ""), settings()))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith(", request id id-1); " + remedy);
  }

  @Test
  void offersAPullRequestToWhoMayNotWrite() {
    HubRequest post =
        HubRequest.post(
            "committing to bob/tiny",
            HttpUrl.get("https://hub.example/api"),
            Json.mapper().createObjectNode(),
            HubRequest.Repeat.SAFE);
    assertThatThrownBy(() -> HubRefusal.of(post, answer(403, Map.of()), settings()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "the token from HF_TOKEN does not have the right (HTTP 403 while committing to"
                + " bob/tiny); take a token that may write there, see"
                + " https://hub.example/settings/tokens, or give --create-pr");
  }

  @Test
  void doesNotShowTheSignatureOfAnAddressThatTheHubNames() {
    assertMessage(
        answer(302, Map.of("Location", "https://cdn.example/x?Signature=secret")),
        "the hub has moved this to https://cdn.example/x (HTTP 302 while creating alice/tiny); use"
            + " the new name, or --endpoint");
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
        .hasMessage("the hub failed (HTTP 501 while creating alice/tiny); try again later");
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
