package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
  @Test
  void takesTheOptionThenTheVariableThenThePublicHub() {
    Map<String, String> environment = Map.of("HF_ENDPOINT", "https://mirror.example/hub/");
    assertThat(settings(environment, "http://localhost:8080").endpoint())
        .hasToString("http://localhost:8080");
    assertThat(settings(environment, "").endpoint()).hasToString("https://mirror.example/hub");
    assertThat(settings(Map.of(), "").endpoint()).hasToString("https://huggingface.co");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"huggingface.co", "ftp://hub.example", "https://a:b@hub.example", "http://h/?q=1"})
  void refusesWhatIsNoAddressOfAHub(String address) {
    assertThatThrownBy(() -> settings(Map.of(), address))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("the hub's endpoint is not an address: expected http(s)://");
  }

  @ParameterizedTest
  @CsvSource({
    "https://huggingface.co, false",
    "http://127.0.0.1:8080, false",
    "http://localhost, false",
    "http://[::1]:80, false",
    "http://hub.example, true"
  })
  void knowsWhenTheTokenWouldTravelUnencrypted(String address, boolean exposed) {
    assertThat(settings(Map.of(), address).exposesToken()).isEqualTo(exposed);
  }

  private static HubSettings settings(Map<String, String> environment, String endpoint) {
    return HubSettings.of(
        "neox-upload",
        environment,
        Optional.of(endpoint).filter(value -> !value.isEmpty()),
        Optional.of(Token.of("hf_x", "HF_TOKEN")));
  }
}
