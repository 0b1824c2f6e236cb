package neox.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.base.json.Json;
import neox.template.value.Dialect;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private static final Map<String, Value> NAMES =
      Map.of(
          "s", Value.of("text"),
          "n", Value.Int.of(3),
          "xs", new Value.Listing(List.of(Value.of("a"), Value.of("b"))),
          "d", Value.of(Json.parse("{\"k\": [1, 2.0, null, true]}", "test")));

  private static String render(String template, Dialect dialect) {
    return Template.parse(template, "chat_template", dialect).render(NAMES);
  }

  private static String render(String template) {
    return render(template, Dialect.CHAT);
  }

  @Test
  void printsValuesAsPythonDoes() {
    assertThat(render("{{ d }} {{ (s,) }} {{ 1 / 2 }} {{ none }}"))
        .isEqualTo("{'k': [1, 2.0, None, True]} ('text',) 0.5 None");
  }

  @Test
  void keepsWhatALoopSetsInsideUnlessItIsInANamespace() {
    String loop = "{% for x in xs %}{% set q = x %}{% set ns.q = x %}{% endfor %}";
    assertThat(render("{% set q = 0 %}{% set ns = namespace(q=0) %}" + loop + "{{ q }}{{ ns.q }}"))
        .isEqualTo("0b");
  }

  @Test
  void printsNothingForAnUndefinedNameUnlessStrict() {
    assertThat(render("[{{ nowhere }}]")).isEqualTo("[]");
    assertThatThrownBy(() -> render("[{{ nowhere }}]", Dialect.HARNESS))
        .isInstanceOf(UserException.class)
        .hasMessage("chat_template:1: 'nowhere' is undefined");
  }

  @Test
  void takesWhiteSpaceAwayAsTheDialectSays() {
    String template = "a\n  {% if n %}\nb\n  {% endif %}\nc\n";
    Dialect plain = new Dialect(EnumSet.noneOf(Dialect.Option.class));
    assertThat(render(template)).isEqualTo("a\nb\nc");
    assertThat(render(template, plain)).isEqualTo("a\n  \nb\n  \nc");
    assertThat(render(template, Dialect.HARNESS)).isEqualTo("a\n  \nb\n  \nc\n");
  }

  @Test
  void writesJsonAsTheDialectSays() {
    assertThat(render("{{ {'b': '<é>', 'a': 1}|tojson }}")).isEqualTo("{\"b\": \"<é>\", \"a\": 1}");
    assertThat(render("{{ {'b': '<é>', 'a': 1}|tojson }}", Dialect.HARNESS))
        .isEqualTo("{\"a\": 1, \"b\": \"\\u003c\\u00e9\\u003e\"}");
  }

  @Test
  void givesTheSameTextAgainAndAgain() {
    Template template =
        Template.parse("{% set j = joiner() %}{{ j() }}{{ j() }}", "t", Dialect.CHAT);
    assertThat(template.render(NAMES)).isEqualTo(", ").isEqualTo(template.render(NAMES));
  }

  /// A quote is written as `"` since the table's own is `'`.
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      textBlock =
          """
          {{ xs|frobnicate }}             @ no filter named 'frobnicate'
          {{ xs is frobnicated }}         @ no test named 'frobnicated'
          {% frobnicate %}                @ unknown tag 'frobnicate'
          {% include 'x' %}               @ the tag 'include' is not supported
          {% break %}                     @ break and continue belong into a {% for %}
          {% if n %}x                     @ {% if %} is never closed by {% endif %}
          {% for x in xs %}{% endif %}    @ unknown tag 'endif'
          {% raw %}x                      @ {% raw %} is never closed by {% endraw %}
          {# x                            @ {# is never closed by #}
          {{ n                            @ {{ is never closed
          {% if n                         @ {% is never closed
          {{ 'x }}                        @ a string that starts with ' is never closed
          {{ '\\xZ1' }}                    @ \\x in a string needs 2 hexadecimal digits of a character
          {{ '\\N{DASH}' }}                @ \\N{…} in a string is not supported; write the character itself
          {{ n ? 1 }}                     @ unexpected character '?'
          {% filter |upper %}x            @ expected the name of a filter, found '|'
          {{ n) }}                        @ unexpected ')'
          {{ n n }}                       @ expected '}}', found 'n'
          {{ }}                           @ expected an expression, found '}}'
          {{ f(*xs, *xs) }}               @ a * follows another one, or a **
          {{ f(**d, **d) }}               @ a ** follows another one
          {{ f(*xs, 1) }}                 @ an argument without a name follows a * or **
          {{ f(**d, a=1) }}               @ an argument with a name follows a **
          {{ f(a=1, a=2) }}               @ keyword argument repeated: a
          {{ s.upper(*n) }}               @ 'int' object is not iterable
          {{ dict(**xs) }}                @ argument after ** must be a mapping, not list
          {{ dict(a=1, **{'a': 2}) }}     @ got multiple values for keyword argument 'a'
          {{ dict(**{1: 2}) }}            @ keywords must be strings
          {% macro m(a) %}{% endmacro %}{{ m(1, 2) }} @ macro 'm' takes not more than 1 argument(s)
          {% macro m(a) %}{% endmacro %}{{ m(b=2) }} @ macro 'm' takes no keyword argument 'b'
          {% macro m() %}{{ caller() }}{% endmacro %}{{ m() }} @ No caller defined
          {% macro m() %}{% endmacro %}{% call m() %}{% endcall %} @ macro 'm' takes no keyword argument 'caller'
          {% filter length %}x{% endfilter %} @ expected str instance, int found
          {% block a %}{% endblock %}{% block a %}{% endblock %} @ block 'a' defined twice
          {% autoescape true %}x{% endautoescape %} @ autoescape is not supported; use the filter escape
          {{ s|regex_replace('(') }}      @ no filter named 'regex_replace'
          {{ 2.0 ** 5000 }}               @ Numerical result out of range
          {{ 9 ** 5000 }}                 @ Exceeds the limit (4300 digits) for integer string conversion
          {{ lipsum() }}                  @ lipsum() is not supported: it gives another text each time
          {{ '%*d' % ('a', 1) }}          @ * wants int
          {{ '{:,x}'.format(1) }}         @ Cannot specify ',' with 'x'.
          {{ '{:.2}'.format(1) }}         @ Precision not allowed in integer format specifier
          {{ '{:5}'.format(none) }}       @ unsupported format string passed to NoneType.__format__
          {{ xs|slice(0)|list }}          @ integer division or modulo by zero
          {{ {'a b': 1}|xmlattr }}        @ Invalid character in attribute name: a b
          {{ 'x'|filesizeformat }}        @ could not convert string to float: x
          {{ s|wordwrap(0) }}             @ invalid width 0 (must be > 0)
          {{ s.translate(1) }}            @ translate: expected a dictionary, found 'int'
          {{ f(a=1, 2) }}                 @ an argument without a name follows one with a name
          {% set 5 = 1 %}                 @ expected a name to assign to, found '5'
          {% set true = 1 %}              @ cannot assign to 'true'
          {% call n %}{% endcall %}       @ expected a call of a macro after 'call'
          {% macro m(a=1, b) %}{% endmacro %} @ the parameter 'b' follows one with a default
          {{ nowhere.x }}                 @ 'nowhere' is undefined
          {{ d.k.q.z }}                   @ 'list object' has no attribute 'q'
          {{ s + n }}                     @ can only concatenate str (not "int") to str
          {{ n + s }}                     @ unsupported operand type(s) for +: 'int' and 'str'
          {{ n < s }}                     @ '<' not supported between instances of 'int' and 'str'
          {{ 1 in n }}                    @ argument of type 'int' is not iterable
          {{ 1 in s }}                    @ 'in <string>' requires string as left operand, not int
          {{ n / 0 }}                     @ division by zero
          {{ s * 1000000000 }}            @ a sequence of more than 67,108,864 items is too long
          {{ 10 ** 9999999 }}             @ a power of more than 1,048,576 bits is too large
          {{ range(1000000) }}            @ range too big: at most 100,000 numbers are allowed
          {{ range() }}                   @ range expected at least 1 argument, got 0
          {{ range(1, 2, 3, 4) }}         @ range expected at most 3 arguments, got 4
          {{ range(1, 2, 0) }}            @ range() arg 3 must not be zero
          {{ range(stop=1) }}             @ range() takes no keyword arguments
          {{ range(1.5) }}                @ 'float' object cannot be interpreted as an integer
          {{ n() }}                       @ 'int' object is not callable
          {{ s.encode() }}                @ str.encode is not supported
          {{ s.split(1) }}                @ split(): 'sep' must be a string, found 'int'
          {{ s.strip(q=1) }}              @ strip() has no argument 'q'
          {{ s.replace('a') }}            @ replace() needs the argument 'new'
          {{ s.upper(1) }}                @ upper() takes at most 0 arguments, found 1
          {{ xs.index('q') }}             @ 'q' is not in list
          {{ xs.append(1) }}              @ list.append is not supported: a template may not change a value
          {{ n.to_bytes }}                @ int.to_bytes is not supported
          {{ s.__class__ }}               @ access to attribute '__class__' of 'str' object is unsafe
          {{ xs|map('upper') }}           @ a generator cannot be printed; add |list before it
          {{ s.upper }}                   @ the function 'upper' cannot be printed; call it
          {{ n|length }}                  @ object of type 'int' has no len()
          {{ n|list }}                    @ 'int' object is not iterable
          {{ n|indent }}                  @ indent: expected a string, found 'int'
          {{ {xs: 1} }}                   @ unhashable type: 'list'
          {{ n is sameas 3 }}             @ sameas is not supported for a value of type 'int'; use ==
          {{ nowhere|tojson }}            @ object of type Undefined is not JSON serializable
          {{ '%d' % s }}                  @ %d format: a number is required, not str
          {{ '%d' % (1, 2) }}             @ not all arguments converted during string formatting
          {{ '{} {}'.format(1) }}         @ replacement index 1 out of range for positional args tuple
          {% set a, b = xs[1:] %}         @ expected 2 values to unpack, found 1
          {% set n.x = 1 %}               @ cannot assign attribute 'x': 'n' is no namespace()
          {% for x in xs %}{{ loop(x) }}{% endfor %} @ a loop that is called needs the word 'recursive'
          {{ raise_exception('bad roles') }} @ bad roles
          {{ strftime_now('%Q') }}        @ strftime_now: the directive %Q is not supported
          """)
  void namesTheLineAndTheProblem(String template, String problem) {
    String source = "first\n" + template + "\nlast";
    Map<String, Value> names = new java.util.HashMap<>(NAMES);
    names.putAll(Functions.forChat(Clock.systemUTC()));
    assertThatThrownBy(() -> Template.parse(source, "chat_template", Dialect.CHAT).render(names))
        .isInstanceOf(UserException.class)
        .hasMessage("chat_template:2: " + problem);
  }

  /// What would run for years, or fill the memory, ends with a word.
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      textBlock =
          """
          {% for a in r %}{% for b in r %}{{ s }}{% endfor %}{% endfor %} @ the template does more than 134,217,728 steps
          {% for a in r %}{% set ns.x = ns.x ~ ns.x %}{% endfor %} @ the template does more than 134,217,728 steps
          {% for a in r %}{% set ns.x = ns.x + ns.x %}{% endfor %} @ the template does more than 134,217,728 steps
          {% for a in r %}{% set ns.n = ns.n * ns.n %}{% endfor %} @ a product of more than 1,048,576 bits is too large
          {{ '%999999999d' % 1 }} @ a sequence of more than 67,108,864 items is too long
          {{ '{:999999999}'.format(1) }} @ a sequence of more than 67,108,864 items is too long
          {{ '{:.999999999f}'.format(1.5) }} @ a sequence of more than 67,108,864 items is too long
          {{ '%.999999999f' % 1.5 }} @ a sequence of more than 67,108,864 items is too long
          {{ s.center(999999999) }} @ a sequence of more than 67,108,864 items is too long
          {{ s|indent(999999999) }} @ a sequence of more than 67,108,864 items is too long
          {{ s.zfill(999999999) }} @ a sequence of more than 67,108,864 items is too long
          {{ '\t'.expandtabs(999999999) }} @ a sequence of more than 67,108,864 items is too long
          {{ xs|batch(999999999, 'x')|list }} @ a sequence of more than 67,108,864 items is too long
          {{ xs|slice(999999999)|list }} @ a sequence of more than 67,108,864 items is too long
          {{ r|join('a' * 60000) }} @ a sequence of more than 67,108,864 items is too long
          {{ ('a' * 60000).join(r|map('string')) }} @ a sequence of more than 67,108,864 items is too long
          """)
  void boundsWhatATemplateMakes(String template, String problem) {
    String source =
        "{% set ns = namespace(x='aaaa', l=[1, 2, 3, 4], n=7) %}{% set r = range(100000) %}"
            + template;
    assertThatThrownBy(() -> render(source))
        .isInstanceOf(UserException.class)
        .hasMessage("chat_template:1: " + problem);
  }

  @Test
  void stopsARegularExpressionThatTriesForYears() {
    String source = "{{ ('a' * 300)|regex_replace('(.*)(.*)(.*)(.*)(.*)(.*)z', '') }}";
    assertThatThrownBy(() -> render(source, Dialect.HARNESS))
        .isInstanceOf(UserException.class)
        .hasMessage("chat_template:1: regex_replace: the pattern takes too long on this text");
    assertThatThrownBy(() -> render("{{ s|regex_replace('(') }}", Dialect.HARNESS))
        .hasMessage("chat_template:1: regex_replace: Unclosed group");
  }

  @Test
  void refusesAMacroThatNeverEnds() {
    assertThatThrownBy(() -> render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"))
        .isInstanceOf(UserException.class)
        .hasMessage("chat_template: a macro or a loop calls itself too often");
  }

  @Test
  void refusesBracketsThatNestTooDeeply() {
    assertThatThrownBy(() -> render("{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + "}}"))
        .isInstanceOf(UserException.class)
        .hasMessage("chat_template: nested too deeply");
  }
}
