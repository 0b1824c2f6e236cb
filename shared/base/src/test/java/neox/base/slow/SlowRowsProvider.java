package neox.base.slow;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Reads the rows of [SlowRows] where slow tests are asked for.
final class SlowRowsProvider implements ArgumentsProvider, AnnotationConsumer<SlowRows> {
  /// A comma with an even number of quotes before it.
  private static final Pattern COMMA = Pattern.compile(",(?=(?:[^']*'[^']*')*[^']*$)");

  private String[] rows = {};

  @Override
  public void accept(SlowRows annotation) {
    rows = annotation.value();
  }

  @Override
  public Stream<Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    int most = context.getRequiredTestMethod().getParameterCount();
    List<Arguments> all = Arrays.stream(rows).map(row -> Arguments.of(fields(row, most))).toList();
    return SlowTests.areAskedFor() ? all.stream() : Stream.empty();
  }

  /// The same, of a method with `most` parameters: more fields are a comma that lacks its quotes.
  static Object[] fields(String row, int most) {
    Object[] fields = fields(row);
    if (fields.length > most) {
      throw new IllegalArgumentException(
          "row \"%s\" has %d fields, the test %d parameters; put ' around a field with commas"
              .formatted(row, fields.length, most));
    }
    return fields;
  }

  /// The fields of a row, without the quotes around them.
  static Object[] fields(String row) {
    return COMMA
        .splitAsStream(row)
        .map(String::strip)
        .map(field -> field.replaceAll("^'(.*)'$", "$1"))
        .toArray();
  }
}
