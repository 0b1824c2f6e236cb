package neox.base.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import neox.base.FileKind;
import neox.base.NamedFiles;
import neox.base.ReadableFile;
import neox.base.UserException;

/// Reading and writing JSON, with errors that name the file and the line.
public final class Json {
  /// A document of a corpus may be one string of any length, and so may a key. Python takes whole
  /// numbers of up to 4,300 digits.
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxStringLength(Integer.MAX_VALUE)
          .maxNameLength(Integer.MAX_VALUE)
          .maxNumberLength(4300)
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(LIMITS).build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectMapper PRETTY =
      MAPPER.copy().enable(SerializationFeature.INDENT_OUTPUT);

  /// The shared mapper; its configuration must not be changed.
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /// Parses a file in UTF-8; [UserException] `file:line: …` when it is not JSON.
  public static JsonNode read(Path file) throws IOException {
    if (FileKind.of(file).isPresent()) {
      FileKind.require(file, "a file of JSON", FileKind.REGULAR, FileKind.PIPE);
    }
    byte[] utf8 = ReadableFile.unmarked(NamedFiles.readAllBytes(file));
    try { // as text: Jackson would guess another encoding from damaged bytes
      return nonEmpty(MAPPER.readTree(ReadableFile.text(utf8, file.toString())), file.toString());
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw malformed(file + ":" + line, e);
    }
  }

  /// Parses one JSON text; `where` names its origin (`file:line`) in the error.
  public static JsonNode parse(String text, String where) {
    try {
      return nonEmpty(MAPPER.readTree(text), where);
    } catch (JsonProcessingException e) {
      throw malformed(where, e);
    }
  }

  /// Compact JSON on one line.
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// Indented JSON that ends in a newline.
  public static String pretty(Object value) {
    try {
      return PRETTY.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// A number, also in the words for those that JSON cannot hold: `"NaN"`, `"Infinity"`,
  /// `"-Infinity"`. Empty where the value is none.
  public static OptionalDouble number(JsonNode value) {
    if (value.isNumber()) {
      return OptionalDouble.of(value.doubleValue());
    }
    return switch (value.asText()) {
      case "NaN" -> OptionalDouble.of(Double.NaN);
      case "Infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
      case "-Infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
      default -> OptionalDouble.empty();
    };
  }

  private static JsonNode nonEmpty(JsonNode json, String where) {
    if (json.isMissingNode()) {
      throw new UserException(where + ": not valid JSON: it is empty");
    }
    return json;
  }

  private static UserException malformed(String where, JsonProcessingException e) {
    return new UserException(where + ": not valid JSON: " + e.getOriginalMessage(), e);
  }

  private Json() {}
}
