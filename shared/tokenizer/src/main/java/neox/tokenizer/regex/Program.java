package neox.tokenizer.regex;

import java.util.ArrayList;
import java.util.List;
import neox.tokenizer.regex.Node.Greed;
import neox.tokenizer.text.CodePoints;

/// A regular expression as a list of instructions for a [RegexMatcher].
record Program(List<Instruction> instructions) {
  Program {
    instructions = List.copyOf(instructions);
  }

  sealed interface Instruction {
    /// Takes one character of the set.
    record Take(CodePoints set) implements Instruction {}

    /// Takes as many characters of the set as there are, up to a limit; fewer if that fails.
    record TakeMany(CodePoints set, int min, int max, boolean possessive) implements Instruction {}

    /// Goes on at `first`; if that fails, at `second`.
    record Fork(int first, int second) implements Instruction {}

    record Jump(int to) implements Instruction {}

    record Check(Node.Anchor anchor) implements Instruction {}

    record LookAhead(Program body, boolean wanted) implements Instruction {}

    record LookBehind(CodePoints set, boolean wanted) implements Instruction {}

    record TakeOnce(Program body) implements Instruction {}

    record Done() implements Instruction {}
  }

  static Program of(Node node) {
    List<Instruction> instructions = new ArrayList<>();
    add(node, instructions);
    instructions.add(new Instruction.Done());
    return new Program(instructions);
  }

  private static void add(Node node, List<Instruction> all) {
    switch (node) {
      case Node.OneOf one -> all.add(new Instruction.Take(one.set()));
      case Node.Sequence sequence -> {
        for (Node part : sequence.parts()) {
          add(part, all);
        }
      }
      case Node.Choice choice -> addChoice(choice.parts(), all);
      case Node.Repeat repeat -> addRepeat(repeat, all);
      case Node.Ahead ahead -> all.add(new Instruction.LookAhead(of(ahead.body()), ahead.wanted()));
      case Node.Behind behind -> all.add(new Instruction.LookBehind(behind.set(), behind.wanted()));
      case Node.Atomic atomic -> all.add(new Instruction.TakeOnce(of(atomic.body())));
      case Node.Anchor anchor -> all.add(new Instruction.Check(anchor));
    }
  }

  private static void addChoice(List<Node> parts, List<Instruction> all) {
    List<Integer> jumps = new ArrayList<>();
    for (Node part : parts.subList(0, parts.size() - 1)) {
      int fork = reserve(all);
      add(part, all);
      jumps.add(reserve(all));
      all.set(fork, new Instruction.Fork(fork + 1, all.size()));
    }
    add(parts.getLast(), all);
    for (int jump : jumps) {
      all.set(jump, new Instruction.Jump(all.size()));
    }
  }

  private static void addRepeat(Node.Repeat repeat, List<Instruction> all) {
    if (repeat.body() instanceof Node.OneOf one && repeat.greed() != Greed.LAZY) {
      boolean possessive = repeat.greed() == Greed.POSSESSIVE;
      all.add(new Instruction.TakeMany(one.set(), repeat.min(), repeat.max(), possessive));
      return;
    }
    if (repeat.greed() == Greed.POSSESSIVE) {
      Node greedy = new Node.Repeat(repeat.body(), repeat.min(), repeat.max(), Greed.GREEDY);
      all.add(new Instruction.TakeOnce(of(greedy)));
      return;
    }
    boolean lazy = repeat.greed() == Greed.LAZY;
    for (int i = 0; i < repeat.min(); i++) {
      add(repeat.body(), all);
    }
    if (repeat.max() == Node.UNLIMITED) {
      int fork = reserve(all);
      add(repeat.body(), all);
      all.add(new Instruction.Jump(fork));
      all.set(fork, fork(fork + 1, all.size(), lazy));
      return;
    }
    List<Integer> forks = new ArrayList<>();
    for (int i = repeat.min(); i < repeat.max(); i++) {
      forks.add(reserve(all));
      add(repeat.body(), all);
    }
    for (int fork : forks) {
      all.set(fork, fork(fork + 1, all.size(), lazy));
    }
  }

  private static Instruction fork(int body, int after, boolean lazy) {
    return lazy ? new Instruction.Fork(after, body) : new Instruction.Fork(body, after);
  }

  private static int reserve(List<Instruction> all) {
    all.add(new Instruction.Done());
    return all.size() - 1;
  }
}
