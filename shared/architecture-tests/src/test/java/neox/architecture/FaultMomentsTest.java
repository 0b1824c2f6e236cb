package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `benchmarks/faults-ranks.sh` strikes ranks when they are in methods that it names.
class FaultMomentsTest {
  private static final Path SCRIPT = ArchitecturePage.ROOT.resolve("benchmarks/faults-ranks.sh");

  /// The last column of a row: `main|Class.method Class.method"`.
  private static final Pattern CALLS = Pattern.compile("\\|main\\|([\\w. ]+)\"");

  @Test
  void namesOnlyMethodsThatThereAre() throws IOException {
    Set<String> named =
        CALLS
            .matcher(Files.readString(SCRIPT))
            .results()
            .map(row -> row.group(1))
            .flatMap(calls -> Pattern.compile("\\S+").matcher(calls).results())
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(named).hasSizeGreaterThan(10);
    named.removeAll(methods());
    assertThat(named).isEmpty();
  }

  private static Set<String> methods() {
    return Modules.CLASSES.stream().flatMap(FaultMomentsTest::methods).collect(Collectors.toSet());
  }

  private static Stream<String> methods(JavaClass owner) {
    return owner.getMethods().stream()
        .map(method -> owner.getSimpleName() + "." + method.getName());
  }
}
