package neox.generate.interactive;

import java.util.List;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/// Takes a line for what it is: no quotes, escapes or words. A prompt that does not hold its end
/// yet goes on in the next line.
///
/// @param end of a prompt (`prompt_end`)
record PromptParser(String end) implements Parser {
  private static final String LINE_BREAK = "\n";

  /// @param rest behind the end of the prompt
  record Cut(String prompt, String rest) {}

  /// What a person has typed, divided at the first end; whole where a line is a prompt, which may
  /// hold line breaks then, if it was pasted.
  Cut cut(String typed) {
    int at = isLine() ? -1 : typed.indexOf(end);
    return at < 0
        ? new Cut(typed, "")
        : new Cut(typed.substring(0, at), typed.substring(at + end.length()));
  }

  private boolean isLine() {
    return end.equals(LINE_BREAK);
  }

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE && !isLine() && !line.contains(end)) {
      throw new EOFError(-1, cursor, "the prompt goes on until " + end);
    }
    return new Whole(line, cursor);
  }

  /// The line as one word.
  private record Whole(String line, int cursor) implements ParsedLine {
    @Override
    public String word() {
      return line;
    }

    @Override
    public int wordCursor() {
      return cursor;
    }

    @Override
    public int wordIndex() {
      return 0;
    }

    @Override
    public List<String> words() {
      return List.of(line);
    }
  }
}
