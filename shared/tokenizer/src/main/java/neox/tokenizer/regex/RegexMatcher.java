package neox.tokenizer.regex;

import java.util.Arrays;
import java.util.List;
import neox.tokenizer.regex.Program.Instruction;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.CodePoints;
import neox.tokenizer.text.Effort;

/// Tries the ways through a [Program] one after the other, each step counted. What is still to be
/// tried lies on a stack of its own, not on the thread's. One per text.
final class RegexMatcher {
  static final int FAILED = -1;

  /// An entry of the stack: where to go on, at which place, and the lowest place that may be tried
  /// from there.
  private static final int ENTRY = 3;

  private final String text;
  private final Effort effort;
  private final String where;
  private int[] stack = new int[64 * ENTRY];
  private int height;

  RegexMatcher(String text, Effort effort, String where) {
    this.text = text;
    this.effort = effort;
    this.where = where;
  }

  /// Where the match that starts at a place ends, or [#FAILED].
  int match(List<Instruction> program, int start) {
    int base = height;
    int next = 0;
    int at = start;
    while (true) {
      effort.step(1, where);
      Instruction instruction = program.get(next);
      next++;
      boolean passed = true;
      switch (instruction) {
        case Instruction.Take take -> {
          int after = after(take.set(), at);
          passed = after >= 0;
          at = after;
        }
        case Instruction.TakeMany many -> {
          at = many(many, at, next);
          passed = at >= 0;
        }
        case Instruction.Fork fork -> {
          push(fork.second(), at, at);
          next = fork.first();
        }
        case Instruction.Jump jump -> next = jump.to();
        case Instruction.Check check -> passed = holds(check.anchor(), at);
        case Instruction.LookAhead look ->
            passed = (match(look.body().instructions(), at) >= 0) == look.wanted();
        case Instruction.LookBehind look ->
            passed = (at > 0 && look.set().contains(text.codePointBefore(at))) == look.wanted();
        case Instruction.TakeOnce once -> {
          at = match(once.body().instructions(), at);
          passed = at >= 0;
        }
        case Instruction.Done done -> {
          height = base;
          return at;
        }
      }
      if (!passed) {
        if (height == base) {
          return FAILED;
        }
        next = stack[height - 3];
        at = stack[height - 2];
        giveBack(at, stack[height - 1]);
      }
    }
  }

  /// Where the character of a set at a place ends, or [#FAILED].
  private int after(CodePoints set, int at) {
    if (at == text.length()) {
      return FAILED;
    }
    int c = text.codePointAt(at);
    return set.contains(c) ? at + Character.charCount(c) : FAILED;
  }

  private int many(Instruction.TakeMany many, int start, int next) {
    int lowest = many.min() == 0 ? start : FAILED;
    int at = start;
    int taken = 0;
    while (taken < many.max()) {
      int after = after(many.set(), at);
      if (after < 0) {
        break;
      }
      at = after;
      taken++;
      if (taken == many.min()) {
        lowest = at;
      }
    }
    effort.step(taken, where);
    if (lowest >= 0 && at > lowest && !many.possessive()) {
      push(next, at - Character.charCount(text.codePointBefore(at)), lowest);
    }
    return lowest < 0 ? FAILED : at;
  }

  private void push(int next, int at, int lowest) {
    if (height == stack.length) {
      stack = Arrays.copyOf(stack, height * 2);
    }
    stack[height++] = next;
    stack[height++] = at;
    stack[height++] = lowest;
  }

  /// The entry on top has been tried at a place: leaves it for the place before, if that may be
  /// tried.
  private void giveBack(int at, int lowest) {
    if (at > lowest) {
      stack[height - 2] = at - Character.charCount(text.codePointBefore(at));
    } else {
      height -= ENTRY;
    }
  }

  private boolean holds(Node.Anchor anchor, int at) {
    return switch (anchor) {
      case TEXT_START -> at == 0;
      case TEXT_END -> at == text.length();
      case TEXT_END_OR_LAST_LINE_FEED ->
          at == text.length() || (at == text.length() - 1 && text.charAt(at) == '\n');
      case LINE_START -> at == 0 || (at < text.length() && text.charAt(at - 1) == '\n');
      case LINE_END -> at == text.length() || text.charAt(at) == '\n';
      case WORD_EDGE -> isWordEdge(at);
      case NO_WORD_EDGE -> !isWordEdge(at);
    };
  }

  private boolean isWordEdge(int at) {
    boolean before = at > 0 && isWord(text.codePointBefore(at));
    boolean after = at < text.length() && isWord(text.codePointAt(at));
    return before != after;
  }

  private static boolean isWord(int codePoint) {
    return CharacterSets.ONIGURUMA_WORD.contains(codePoint);
  }
}
