package neox.tokenizer.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.tokenizer.text.Effort;
import org.junit.jupiter.api.Test;

class RegexTest {
  /// Recorded from tokenizers 0.22.2: `Replace(Regex(pattern), "#")`.
  @Test
  void matchesAsOnigurumaDoes() {
    String[][] recorded = {
      {"\\s+$", "a  \nb  \n", "a#\nb#"},
      {"a$", "a\n", "#\n"},
      {"^a", "a\na\n", "#\n#\n"},
      {"\\ba", "a ba aa", "# ba #a"},
      {"(?<=a)b", "ab b", "a# b"},
      {"(?<!a)b", "ab b", "ab #"},
      {"a++a", "aaa", "aaa"},
      {"(?>a+)a|a", "aaa", "###"},
      {"[a-c&&[^b]]+", "abcab", "#b#b"},
      {"[^a&&[b]]+", "abc", "#"},
      {"'(?i:[sdmt]|ll|ve|re)", "'\u017f 'S 'LL", "# # #"},
      {"\\w", "a\u00b2", "##"},
      {"[\\w]", "a\u00b2", "#\u00b2"},
      {"[^(\\s|[.,!?]\u2026)]+", "hey (x|y], z.", "# (#|#, #."},
      {"\\A\\s+", "  a  b", "#a  b"},
      {"a\\Z", "ba\n", "b#\n"},
      {".", "\n", "\n"},
      {"a{2,3}", "aaaaa", "##"},
      {"a{1,2}?", "aaaa", "####"},
      {"(?:ab)+?c|x", "ababcx", "##"},
    };
    for (String[] one : recorded) {
      assertThat(replaced(one[0], one[1])).as(one[0]).isEqualTo(one[2]);
    }
  }

  @Test
  void refusesWhatItDoesNotKnowTheMeaningOf() {
    Map<String, String> refused =
        Map.ofEntries(
            Map.entry("a*", "an expression that matches the empty text"),
            Map.entry("(?:a*)+b", "a repeated part that may be empty"),
            Map.entry("a{2,3}+", "\"+\" after a number of times"),
            Map.entry("a**", "a repetition of a repetition"),
            Map.entry("\\h", "\"\\h\""),
            Map.entry("\\1", "\"\\1\""),
            Map.entry("[[:alpha:]]", "\"[:\" in a class"),
            Map.entry("(?m:.)", "a group that begins \"(?m:\""),
            Map.entry("(?<n>a)", "a group that begins \"(?<n\""),
            Map.entry("\\p{Emoji}", "\\p{Emoji}"),
            Map.entry("(?i:ss)", "\"ss\" with (?i:\u2026)"),
            Map.entry("(?i:\u00e9)", "a letter outside ASCII with (?i:\u2026)"),
            Map.entry("(a", "a \"(\" without its \")\""),
            Map.entry("a)", "a \")\" without its \"(\""),
            Map.entry("[a", "a \"[\" without its \"]\""),
            Map.entry("((a{999}b){999}c){999}", "more than 20000 parts when it is written out"),
            Map.entry("(?<=ab)c", "a look behind at more than one character"));
    refused.forEach((pattern, what) ->
        assertThatThrownBy(() -> Regex.of(pattern, "f: p"))
            .isInstanceOf(UserException.class)
            .hasMessage(
                "f: p: the regular expression \"%s\" has %s, which is not supported",
                pattern, what));
    assertThatThrownBy(() -> Regex.of("(".repeat(51) + "a", "f"))
        .isInstanceOf(UserException.class)
        .hasMessageEndingWith("has groups more than 50 deep, which is not supported");
  }

  @Test
  void givesUpWhenTheAlternativesExplode() {
    String text = "a".repeat(2000);
    for (String pattern : List.of("(a+)+b", "a+a+a+a+a+b")) {
      assertThatThrownBy(() -> replaced(pattern, text))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "f: the regular expression takes more than 20600000 steps on a text of 2000"
                  + " characters");
    }
  }

  @Test
  void needsNoStackForALongMatch() {
    String text = "ab".repeat(500_000);
    assertThat(replaced("(?:a|b)+", text)).isEqualTo("#");
    assertThat(replaced("(?:ab)+", text)).isEqualTo("#");
  }

  private static String replaced(String pattern, String text) {
    StringBuilder replaced = new StringBuilder();
    int[] done = {0};
    Regex.of(pattern, "f")
        .find(
            text,
            new Effort(text.length()),
            (from, to) -> {
              replaced.append(text, done[0], from).append('#');
              done[0] = to;
            });
    return replaced.append(text, done[0], text.length()).toString();
  }
}
