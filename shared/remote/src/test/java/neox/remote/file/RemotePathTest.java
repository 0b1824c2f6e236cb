package neox.remote.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.Addresses;
import neox.base.UserException;
import org.junit.jupiter.api.Test;

class RemotePathTest {
  private final Path path = Addresses.path("https://host:8080/runs/a b/global_step20");

  @Test
  void readsAsItsAddress() {
    assertThat(path.toString()).isEqualTo("https://host:8080/runs/a b/global_step20");
    assertThat(Addresses.path("HTTPS://host/").toString()).isEqualTo("https://host");
    assertThat(Path.of(path.toUri())).isEqualTo(path);
    assertThat(Addresses.isAddress(path)).isTrue();
    assertThat(Addresses.isAddress(Path.of("/data"))).isFalse();
    assertThat(Addresses.path("/data/x")).isEqualTo(Path.of("/data/x"));
  }

  @Test
  void hasThePartsOfAPath() {
    assertThat(String.valueOf(path.getFileName())).isEqualTo("global_step20");
    assertThat(String.valueOf(path.getParent())).isEqualTo("https://host:8080/runs/a b");
    assertThat(String.valueOf(path.getRoot())).isEqualTo("https://host:8080");
    assertThat(Addresses.path("https://host:8080").getParent()).isNull();
    assertThat(path.getNameCount()).isEqualTo(3);
    assertThat(path.getName(1).toString()).isEqualTo("a b");
    assertThat(path.subpath(0, 2).toString()).isEqualTo("runs/a b");
    assertThat(path.startsWith(Addresses.path("https://host:8080/runs"))).isTrue();
    assertThat(path.startsWith(Path.of("/runs"))).isFalse();
    assertThat(path.endsWith("a b/global_step20")).isTrue();
  }

  @Test
  void resolvesNamesOfItsOwnAndOfThisMachine() {
    Path below = path.resolve("configs/x.yml");
    assertThat(below.toString())
        .isEqualTo("https://host:8080/runs/a b/global_step20/configs/x.yml");
    assertThat(path.resolve(Path.of("configs", "x.yml"))).isEqualTo(below);
    assertThat(path.resolve(Path.of("/data"))).isEqualTo(Path.of("/data"));
    assertThat(path.resolveSibling("latest").toString())
        .isEqualTo("https://host:8080/runs/a b/latest");
    assertThat(path.relativize(below).toString()).isEqualTo("configs/x.yml");
    assertThat(below.relativize(path).toString()).isEqualTo("../..");
    assertThat(path.resolve("../x/./y").normalize().toString())
        .isEqualTo("https://host:8080/runs/a b/x/y");
  }

  @Test
  void writesNothing() {
    assertThatThrownBy(() -> Files.writeString(path, "x"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            path + ": nothing is written there directly; expected a directory of this machine");
  }

  @Test
  void refusesAnAddressWithAPassword() {
    assertThatThrownBy(() -> Addresses.path("s3://id:secret@bucket/x"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "s3://bucket: the address names a user; a password does not belong into an address");
  }
}
