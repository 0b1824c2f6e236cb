package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The verdicts are those of `git check-attr filter`.
class GitAttributesTest {
  private static final GitAttributes RULES =
      parse(
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
          my[[:space:]]file.bin2 filter=lfs
          "quoted name.x" filter=lfs
          "oct\\303\\251.x" filter=lfs
          and[a&&b].x filter=lfs
          open[[].x filter=lfs
          close[]a].x filter=lfs
          caret[^a].x filter=lfs
          dash[a-].x filter=lfs
          never[z-a].x filter=lfs
          odd[[:nothing:]].x filter=lfs
          half[a-.x filter=lfs
          star\\*.x filter=lfs
          slash[!a]b/c.x filter=lfs
          in**side/c.x filter=lfs
          x**/** filter=lfs
          ****/ends.x filter=lfs
          "cut"off.x filter=lfs
          none.x filter=lfs b@d
          [attr]big filter=lfs
          !not.x filter=lfs
          \tindented.x\tfilter=lfs\r
          long.x filter
          é?.x filter=lfs
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
    "modelxbin, false",
    "my file.bin2, true",
    "a/my\tfile.bin2, true",
    "myxfile.bin2, false",
    "quoted name.x, true",
    "octé.x, true",
    "and&.x, true",
    "andb.x, true",
    "andc.x, false",
    "open[.x, true",
    "close].x, true",
    "closea.x, true",
    "caretb.x, true",
    "careta.x, false",
    "dash-.x, true",
    "neverm.x, false",
    "neverz.x, true",
    "oddn.x, false",
    "odd:].x, false",
    "halfa.x, false",
    "half[a-.x, false",
    "star*.x, true",
    "starx.x, false",
    "slashxb/c.x, true",
    "slash/b/c.x, false",
    "inner/side/c.x, false",
    "intheside/c.x, true",
    "xy, true",
    "ends.x, true",
    "cut, true",
    "none.x, false",
    "abig, false",
    "not.x, false",
    "!not.x, false",
    "indented.x, true",
    "long.x, false",
    "éa.x, true",
    "éé.x, false"
  })
  void knowsWhichFilesGoToTheStorage(String path, boolean large) {
    assertThat(RULES.isLarge(path)).isEqualTo(large);
  }

  private static GitAttributes parse(String text) {
    return GitAttributes.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void noLineCanFailAnUpload() {
    Random random = new Random(7);
    List<String> pieces =
        List.of(
            "[",
            "]",
            "[:",
            ":]",
            "[[:space:]]",
            "[[:",
            "&&",
            "^",
            "!",
            "-",
            "z-a",
            "\\",
            "\"",
            "\\Q",
            "\\E",
            "\\3",
            "\\303",
            "*",
            "**",
            "/",
            "?",
            "{",
            "}",
            "(",
            ")",
            "+",
            "|",
            "$",
            " ",
            "\t",
            "\r",
            "\n",
            "#",
            "é",
            "\u0000",
            "\ud800",
            "a",
            "b",
            "filter=lfs",
            " filter=lfs",
            "%");
    for (int line = 0; line < 20_000; line++) {
      StringBuilder text = new StringBuilder();
      StringBuilder path = new StringBuilder();
      for (int piece = random.nextInt(12); piece >= 0; piece--) {
        text.append(pieces.get(random.nextInt(pieces.size())));
        path.append(pieces.get(random.nextInt(pieces.size())));
      }
      GitAttributes rules = parse(text + " filter=lfs");
      assertThatCode(() -> rules.isLarge(path.toString()))
          .as(text.toString())
          .doesNotThrowAnyException();
    }
    byte[] noText = new byte[1 << 16];
    random.nextBytes(noText);
    assertThat(GitAttributes.parse(noText).isLarge("a")).isFalse();
  }

  @Test
  void manyStarsTakeNoLongTime() {
    GitAttributes rules = parse("*a".repeat(500) + "*b filter=lfs");
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThat(rules.isLarge("a".repeat(1000))).isFalse());
  }
}
