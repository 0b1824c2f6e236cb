package neox.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import neox.base.UserException;
import neox.template.value.Dialect;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `range()`, which outside the sandbox knows no bound until its numbers are asked for.
class RangeTest {
  private static String render(String template, Dialect dialect) {
    return Template.parse(template, "t", dialect).render(Map.of());
  }

  /// The texts are those of Jinja 3.1.6.
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      textBlock =
          """
          {{ range(2**70) }} @ range(0, 1180591620717411303424)
          {{ range(2**70, 2**80, 2**75) }} @ range(1180591620717411303424, 1208925819614629174706176, 37778931862957161709568)
          {{ range(-5, 2**64, -1) }} @ range(-5, 18446744073709551616, -1)
          {{ range(0)|list }} @ []
          {{ range(3)|list }} @ [0, 1, 2]
          {{ range(5, 0, -2)|list }} @ [5, 3, 1]
          {{ range(0, 7, 3)|length }} @ 3
          {{ range(2**70, 2**70 + 3)|list }} @ [1180591620717411303424, 1180591620717411303425, 1180591620717411303426]
          {{ range(10)[2:8:3] }} @ range(2, 8, 3)
          {{ range(10)[::-1] }} @ range(9, -1, -1)
          {{ range(10)[-2:] }} @ range(8, 10)
          {{ range(10)[9] }} @ 9
          {{ range(0)[::2] }} @ range(0, 0, 2)
          {{ range(0, 3, 2) == range(0, 4, 2) }} @ True
          {{ range(5, 5) == range(7, 3) }} @ True
          {{ range(3) == range(4) }} @ False
          {{ range(3) == [0, 1, 2] }} @ False
          {{ range(1) == range(0, 5, 9) }} @ True
          {{ {range(0, 3, 2): 'x'}[range(0, 4, 2)] }} @ x
          {{ 3 in range(2, 9) }} @ True
          {{ range(2**99) and 1 }} @ 1
          {{ range(0) or 2 }} @ 2
          {{ range(4).index(2) }} @ 2
          {{ range(4, 9, 2).start }} @ 4
          {{ range(4, 9, 2).stop }} @ 9
          {{ range(4, 9, 2).step }} @ 2
          {{ range(true) }} @ range(0, 1)
          {{ range(3)|last }} @ 2
          {{ range }} @ <class 'range'>
          {{ range(2**99) == range(2**99) }} @ True
          {{ range(5)|sum }} @ 10
          {{ range(1, 0) }} @ range(1, 0)
          """)
  void isWhatPythonMakesIt(String template, String text) {
    assertThat(render(template, Dialect.HARNESS)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(2**70) %}{% endfor %}",
        "{{ range(100001)|list }}",
        "{{ range(-9, 2**63)|length }}",
        "{{ range(2**70)[3] }}",
        "{{ range(2**70)[1:] }}",
        "{{ 3 in range(2**70) }}"
      })
  void refusesToCountTooMany(String template) {
    assertThatThrownBy(() -> render(template, Dialect.HARNESS))
        .isInstanceOf(UserException.class)
        .hasMessage("t:1: range too big: at most 100,000 numbers are allowed");
  }
}
