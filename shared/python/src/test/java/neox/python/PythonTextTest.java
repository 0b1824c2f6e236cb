package neox.python;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Expected values are CPython 3.11's.
class PythonTextTest {
  @Test
  void stripsTheWhiteSpaceOfPython() {
    String spaces =
        " \t\n\r\u000b\f\u001c\u001d\u001e\u001f\u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000";
    assertThat(PythonText.strip(spaces + "x" + spaces)).isEqualTo("x");
    assertThat(PythonText.rightStrip("x\u200b\ufeff")).isEqualTo("x\u200b\ufeff");
    assertThat(PythonText.leftStrip(" x ")).isEqualTo("x ");
    assertThat(PythonText.rightStrip(" x ")).isEqualTo(" x");
  }

  @Test
  void countsSpacesExactlyAsPython() {
    long count = 0;
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      count += PythonText.isSpace(c) ? 1 : 0;
    }
    assertThat(count).isEqualTo(29); // sum(map(str.isspace, map(chr, range(0x110000))))
  }

  @Test
  void capitalizesTheFirstLetterAndLowersTheRest() {
    assertThat(PythonCase.capitalize("")).isEmpty();
    assertThat(PythonCase.capitalize("hELLO World")).isEqualTo("Hello world");
    assertThat(PythonCase.capitalize("ßa")).isEqualTo("Ssa");
    assertThat(PythonCase.capitalize("ﬁX")).isEqualTo("Fix");
    assertThat(PythonCase.capitalize("ǆX")).isEqualTo("ǅx");
    assertThat(PythonCase.capitalize("ΑΣ")).isEqualTo("Ας");
    assertThat(PythonCase.capitalize("[header] HOW")).isEqualTo("[header] how");
    assertThat(PythonCase.capitalize("İX")).isEqualTo("İx");
  }

  @Test
  void splitsAtEverySeparatorAndKeepsEmptyParts() {
    assertThat(PythonText.split("a  b ", " ", -1)).containsExactly("a", "", "b", "");
    assertThat(PythonText.split("", " ", -1)).containsExactly("");
  }

  @Test
  void measuresCodePointsAndWords() {
    assertThat(PythonText.length("a😀é")).isEqualTo(3);
    assertThat(PythonText.countWords("one two\n\nthree")).isEqualTo(3);
    assertThat(PythonText.countWords(" one ")).isEqualTo(3); // re.split leaves empty ends
    assertThat(PythonText.countWords("")).isEqualTo(1);
  }

  @Test
  void knowsWhereWhiteSpaceStands() {
    assertThat(PythonText.startsWithSpace("\u00a0x")).isTrue();
    assertThat(PythonText.endsWithSpace("x\u00a0")).isTrue();
    assertThat(PythonText.startsWithSpace("") || PythonText.endsWithSpace("")).isFalse();
  }
}
