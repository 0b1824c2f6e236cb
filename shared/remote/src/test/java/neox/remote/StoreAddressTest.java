package neox.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.remote.StoreOpener.Settings;
import org.junit.jupiter.api.Test;

class StoreAddressTest {
  @Test
  void readsSchemeStoreAndPath() {
    StoreAddress address = StoreAddress.parse("S3://bucket/runs//a b/");
    assertThat(address).isEqualTo(new StoreAddress("s3", "bucket", List.of("runs", "a b")));
    assertThat(address).hasToString("s3://bucket/runs/a b");
    assertThat(address.key()).isEqualTo("runs/a b");
    assertThat(address.resolve("x/y.bin")).hasToString("s3://bucket/runs/a b/x/y.bin");
    assertThat(address.root()).hasToString("s3://bucket");
    assertThat(StoreAddress.isOne("https://host:1/x")).isTrue();
    assertThat(StoreAddress.isOne("/data/x")).isFalse();
    assertThat(StoreAddress.isOne("s3:/x")).isFalse();
  }

  @Test
  void refusesAPasswordAndDoesNotRepeatIt() {
    assertThatThrownBy(() -> StoreAddress.parse("https://me:secret@host/x"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "https://host: the address names a user; a password does not belong into an address");
  }

  @Test
  void refusesASignedAddressAndDoesNotRepeatTheSignature() {
    assertThatThrownBy(() -> StoreAddress.parse("https://host/x?X-Amz-Signature=secret"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "https://host/x: an address with '?' or '#' names one object for a while, not a folder;"
                + " expected one without");
  }

  @Test
  void refusesWhatIsNoAddress() {
    assertThatThrownBy(() -> StoreAddress.parse("s3:///x"))
        .isInstanceOf(UserException.class)
        .hasMessage("s3:///x: expected an address such as s3://bucket/folder");
  }

  @Test
  void refusesAStoreThatNobodyKnows() {
    assertThatThrownBy(() -> Stores.open(StoreAddress.parse("gs://b/x"), Settings.of(Map.of())))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("gs://b/x: gs:// is not known; expected one of")
        .hasMessageContaining("https://");
  }
}
