package neox.hub.upload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a `.gitattributes` says about which files go to the large file storage: lines of a pattern
/// and attributes, of which the last that fits a path counts (gitattributes(5)).
///
/// @param rules in their order
record GitAttributes(List<Rule> rules) {
  static final String FILE = ".gitattributes";
  private static final String LARGE = "filter=lfs";

  /// @param large whether files that fit go to the large file storage
  record Rule(Pattern pattern, boolean large) {}

  GitAttributes {
    rules = List.copyOf(rules);
  }

  static GitAttributes parse(String text) {
    List<Rule> rules = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      List<String> words = List.of(line.split("\\s+"));
      Optional<Boolean> large =
          words.stream()
              .skip(1)
              .filter(word -> word.startsWith("filter=") || word.matches("[-!]filter"))
              .reduce((first, last) -> last)
              .map(LARGE::equals);
      if (!line.startsWith("#") && large.isPresent()) {
        rules.add(new Rule(pattern(words.getFirst()), large.get()));
      }
    }
    return new GitAttributes(rules);
  }

  /// Whether the file at a path goes to the large file storage.
  boolean isLarge(String path) {
    return rules.stream()
        .filter(rule -> rule.pattern.matcher(path).matches())
        .reduce((first, last) -> last)
        .map(Rule::large)
        .orElse(false);
  }

  /// A pattern without a slash fits in every directory; `*` stops at slashes, `**` does not.
  private static Pattern pattern(String glob) {
    boolean anywhere = !glob.contains("/");
    String rest = glob.startsWith("/") ? glob.substring(1) : glob;
    StringBuilder regex = new StringBuilder(anywhere ? "(?:.*/)?" : "");
    for (int i = 0; i < rest.length(); i++) {
      int end = rest.charAt(i) == '[' ? rest.indexOf(']', i + 2) : -1;
      if (end > 0) {
        regex.append(rest.substring(i, end + 1).replace("\\", "\\\\").replace("[!", "[^"));
        i = end;
      } else if (rest.startsWith("**/", i)) {
        regex.append("(?:.*/)?");
        i += 2;
      } else if (rest.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else {
        regex.append(one(rest.charAt(i)));
      }
    }
    return Pattern.compile(regex.toString());
  }

  private static String one(char c) {
    return switch (c) {
      case '*' -> "[^/]*";
      case '?' -> "[^/]";
      default -> Pattern.quote(String.valueOf(c));
    };
  }
}
