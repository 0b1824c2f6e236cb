package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitecturePageTest {
  /// Names on the page that stand for many of ours.
  private static final Set<String> PLACEHOLDERS = Set.of("XxxConfig");

  /// Names on the page that are not ours.
  private static final Set<String> OF_OTHERS = Set.of("AutoCloseable", "List", "NullMarked");

  private final ArchitecturePage page = ArchitecturePage.read();

  @Test
  void listsEveryModuleThatExistsAndNoOther() throws IOException {
    Set<String> directories = new TreeSet<>();
    for (String parent : new String[] {"", "shared/"}) {
      try (Stream<Path> children = Files.list(ArchitecturePage.ROOT.resolve(parent))) {
        children
            .filter(child -> Files.exists(child.resolve("pom.xml")))
            .map(child -> parent + child.getFileName())
            .filter(name -> !name.equals("shared"))
            .forEach(directories::add);
      }
    }
    assertThat(page.directories()).containsExactlyInAnyOrderElementsOf(directories);
  }

  @Test
  void namesThePackageOfEveryModule() {
    assertThat(page.modules().stream().map(ArchitecturePage.Module::packageName))
        .containsExactlyInAnyOrderElementsOf(
            Modules.names().stream().map(name -> "neox." + name).toList());
  }

  @Test
  void namesOnlyTypesThatExist() {
    Set<String> ours =
        Modules.CLASSES.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());
    Set<String> missing = new TreeSet<>(page.types());
    missing.removeAll(ours);
    missing.removeAll(PLACEHOLDERS);
    missing.removeAll(OF_OTHERS);
    assertThat(missing).isEmpty();
  }

  @Test
  void readsRowsAndTypesOffThePage() {
    ArchitecturePage read =
        ArchitecturePage.of(
            """
            | module | package | libtorch | responsibility |
            |---|---|---|---|
            | `shared/base` | `neox.base` | no | Runs. |
            | `shared/model` | `neox.model` | yes | Learns. |
            | `shared/x` | tests only | – | Tests. |
            `Tool.run(ToolCommand)` reads `RANK`, not Words.
            """);
    assertThat(read.modules())
        .containsExactly(
            new ArchitecturePage.Module("shared/base", "neox.base", false),
            new ArchitecturePage.Module("shared/model", "neox.model", true));
    assertThat(read.directories()).containsExactly("shared/base", "shared/model", "shared/x");
    assertThat(read.types()).containsExactly("Tool", "ToolCommand");
  }
}
