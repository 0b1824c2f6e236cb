package neox.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Optional;
import neox.python.JsonWriter.Escaping;
import neox.python.JsonWriter.Layout;
import org.junit.jupiter.api.Test;

/// Expected values are CPython 3.11's.
class JsonWriterTest {
  /// `{"a": [1, [], None], "é": {"f": 1e-07}}`
  private static String dumps(Layout layout) {
    JsonWriter out = new JsonWriter(layout);
    out.openDict();
    out.key("a");
    out.openList();
    out.item();
    out.integer(BigInteger.ONE);
    out.item();
    out.openList();
    out.closeList();
    out.item();
    out.none();
    out.closeList();
    out.key("é");
    out.openDict();
    out.key("f");
    out.real(1e-7);
    out.closeDict();
    out.closeDict();
    return out.toString();
  }

  @Test
  void writesOneLine() {
    assertThat(dumps(Layout.of(Escaping.NEEDED, Optional.empty())))
        .isEqualTo("{\"a\": [1, [], null], \"é\": {\"f\": 1e-07}}");
  }

  @Test
  void indentsByWhatIsGiven() {
    assertThat(dumps(Layout.of(Escaping.ASCII, Optional.of("\t"))))
        .isEqualTo(
            "{\n\t\"a\": [\n\t\t1,\n\t\t[],\n\t\tnull\n\t],\n\t\"\\u00e9\": {\n\t\t\"f\": 1e-07\n\t}\n}");
    assertThat(dumps(Layout.of(Escaping.NEEDED, Optional.of(""))))
        .startsWith("{\n\"a\": [\n1,\n[],\n");
  }

  @Test
  void separatesByWhatIsGiven() {
    assertThat(dumps(new Layout(Escaping.NEEDED, Optional.empty(), ",", ":")))
        .isEqualTo("{\"a\":[1,[],null],\"é\":{\"f\":1e-07}}");
  }

  @Test
  void escapesAllButAsciiByHalvesOfCodePoints() {
    JsonWriter out = new JsonWriter(Layout.of(Escaping.ASCII, Optional.empty()));
    out.text("\u007f\u0080😀");
    assertThat(out).hasToString("\"\\u007f\\u0080\\ud83d\\ude00\"");
  }
}
