package neox.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The simple commands of shell text, as words: enough of the language for what pages show.
///
/// Quotes, `\` at the end of a line, comments, `|`, `;`, `&&`, redirections, here-documents and
/// assignments before a command are understood; expansions stay as they are written.
final class ShellLine {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<blank>[ \\t]+|\\\\\\n)"
              + "|(?<comment>#[^\\n]*)"
              + "|(?<end>\\|\\||&&|[|;&()\\n])"
              + "|(?<redirect>\\d?(?:>>|>|<)(?:&\\d)?)"
              + "|(?<word>(?:'[^']*'|\"(?:\\\\.|[^\"])*\"|\\$\\([^)]*\\)|\\\\.|[^\\s'\"|;&()<>])+)");
  private static final Pattern HERE = Pattern.compile("<<-?\\s*'?(\\w+)'?");

  /// Words that stand before a command.
  private static final List<String> BEFORE =
      List.of("if", "then", "else", "do", "while", "!", "time", "exec", "srun", "sudo", "env");

  /// The commands of a text, each with its words; comments and what is redirected are left out.
  static List<List<String>> commands(List<String> lines) {
    List<List<String>> commands = new ArrayList<>();
    List<String> words = new ArrayList<>();
    Matcher token = TOKEN.matcher(String.join("\n", withoutHereDocuments(lines)) + "\n");
    boolean redirected = false;
    while (token.find()) {
      if (token.group("end") != null) {
        if (!words.isEmpty()) {
          commands.add(List.copyOf(words));
        }
        words.clear();
      } else if (token.group("redirect") != null) {
        redirected = !token.group().contains("&");
      } else if (token.group("word") != null) {
        if (!redirected && !(words.isEmpty() && isBefore(token.group()))) {
          words.add(unquoted(token.group()));
        }
        redirected = false;
      }
    }
    return commands;
  }

  private static boolean isBefore(String word) {
    return BEFORE.contains(word) || word.matches("[A-Za-z_]\\w*=.*");
  }

  private static List<String> withoutHereDocuments(List<String> lines) {
    List<String> kept = new ArrayList<>();
    String end = "";
    for (String line : lines) {
      if (!end.isEmpty()) {
        end = line.strip().equals(end) ? "" : end;
        continue;
      }
      Matcher here = HERE.matcher(line);
      if (here.find()) {
        end = here.group(1);
        kept.add(line.substring(0, here.start()) + line.substring(here.end()));
      } else {
        kept.add(line);
      }
    }
    return kept;
  }

  private static String unquoted(String word) {
    StringBuilder text = new StringBuilder();
    Matcher part = Pattern.compile("'([^']*)'|\"([^\"]*)\"|\\\\(.)|(.)").matcher(word);
    while (part.find()) {
      for (int group = 1; group <= 4; group++) {
        if (part.group(group) != null) {
          text.append(part.group(group));
        }
      }
    }
    return text.toString();
  }

  private ShellLine() {}
}
