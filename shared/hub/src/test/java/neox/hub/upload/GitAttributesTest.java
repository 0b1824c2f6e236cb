package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The verdicts are those of `git check-attr filter`.
class GitAttributesTest {
  private static final GitAttributes RULES =
      GitAttributes.parse(
          """
          # *.md filter=lfs
          *.bin filter=lfs diff=lfs merge=lfs -text
          small.bin -filter
          weights/*.txt filter=lfs
          /top.json filter=lfs
          deep/** filter=lfs
          **/logs/run?.csv filter=lfs
          part[0-9].dat filter=lfs
          a{b}.c filter=lfs
          *.txt text
          """);

  @ParameterizedTest
  @CsvSource({
    "model.bin, true",
    "a/b/model.bin, true",
    "a/small.bin, false",
    "README.md, false",
    "weights/a.txt, true",
    "weights/deep/a.txt, false",
    "sub/weights/a.txt, false",
    "top.json, true",
    "sub/top.json, false",
    "deep/a/b, true",
    "logs/run1.csv, true",
    "a/b/logs/run1.csv, true",
    "a/b/logs/run12.csv, false",
    "part7.dat, true",
    "partx.dat, false",
    "a{b}.c, true",
    "ab.c, false",
    "modelxbin, false"
  })
  void knowsWhichFilesGoToTheStorage(String path, boolean large) {
    assertThat(RULES.isLarge(path)).isEqualTo(large);
  }
}
