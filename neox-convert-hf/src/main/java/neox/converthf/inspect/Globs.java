package neox.converthf.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.weights.NamedTensor;

/// Which tensors are meant, by patterns in which `*` stands for any text and `?` for any letter.
///
/// @param patterns all tensors are meant where there are none
record Globs(List<String> patterns) {
  Globs {
    patterns = List.copyOf(patterns);
  }

  boolean match(String name) {
    return patterns.isEmpty()
        || patterns.stream().anyMatch(pattern -> regex(pattern).matcher(name).matches());
  }

  /// Those that are meant; [UserException] when a pattern means none.
  List<NamedTensor> of(List<NamedTensor> tensors, Object where) {
    for (String pattern : patterns) {
      if (tensors.stream().noneMatch(t -> regex(pattern).matcher(t.name()).matches())) {
        throw UserException.of(
            "--tensors %s: no tensor of that name in %s; there are %s",
            pattern, where, examples(tensors));
      }
    }
    return tensors.stream().filter(tensor -> match(tensor.name())).toList();
  }

  private static String examples(List<NamedTensor> tensors) {
    List<String> some = new ArrayList<>();
    tensors.stream().limit(3).forEach(tensor -> some.add(tensor.name()));
    return some.isEmpty() ? "none" : String.join(", ", some) + (tensors.size() > 3 ? ", …" : "");
  }

  private static Pattern regex(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString());
  }
}
