package neox.inference.load;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import neox.model.Quantization;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// The names of [Quantization]s on the command line: `none`, `int8`, `llm-int8`.
final class QuantizationName implements ITypeConverter<Quantization> {
  /// All names, for completion.
  static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Quantization.values()).map(QuantizationName::of).iterator();
    }
  }

  @Override
  public Quantization convert(String name) {
    return Arrays.stream(Quantization.values())
        .filter(each -> of(each).equals(name.replace('_', '-').toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "'%s': expected one of %s".formatted(name, String.join(", ", new Candidates()))));
  }

  static String of(Quantization quantization) {
    return quantization.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
