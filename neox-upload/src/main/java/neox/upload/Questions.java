package neox.upload;

import java.io.Console;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks the person in front of a terminal; a script is never asked.
interface Questions {
  /// The answer to a question, without the blanks around it; empty when nobody is there, or nothing
  /// was said.
  Optional<String> ask(String question);

  /// As [#ask], but what is typed does not show.
  Optional<String> askSecret(String question);

  /// Asks at the terminal of the process, if input and output both lead to one.
  static Questions ofProcess() {
    return new Questions() {
      @Override
      public Optional<String> ask(String question) {
        return terminal().flatMap(console -> said(console.readLine("%s", question)));
      }

      @Override
      public Optional<String> askSecret(String question) {
        return terminal()
            .map(console -> console.readPassword("%s", question))
            .flatMap(typed -> said(new String(typed)));
      }
    };
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null when input is piped
  private static Optional<Console> terminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }

  /// For scripts.
  static Questions nobody() {
    return new Questions() {
      @Override
      public Optional<String> ask(String question) {
        return Optional.empty();
      }

      @Override
      public Optional<String> askSecret(String question) {
        return Optional.empty();
      }
    };
  }

  private static Optional<String> said(@Nullable String line) {
    return Optional.ofNullable(line).map(String::strip).filter(text -> !text.isEmpty());
  }
}
