package neox.prepare.sample;

import java.util.List;

/// Something that is true of an animal, as a sentence and as a question.
///
/// @param others wrong answers of the same kind
record Fact(String sentence, String question, String answer, List<String> others) {

  /// A fact about an animal; the same animal always gets the same answers.
  static Fact about(World.Animal animal, Dice dice) {
    return switch (dice.between(0, 3)) {
      case 0 ->
          new Fact(
              dice.word(
                  Words.capital(animal.many()) + " eat " + animal.food() + ".",
                  "The " + animal.one() + " eats " + animal.food() + "."),
              "What do " + animal.many() + " eat?",
              animal.food(),
              others(World.ANIMALS.stream().map(World.Animal::food).toList(), animal.food()));
      case 1 ->
          new Fact(
              dice.word(
                  Words.capital(animal.many()) + " live in the " + animal.home() + ".",
                  "The home of the " + animal.one() + " is the " + animal.home() + "."),
              "Where do " + animal.many() + " live?",
              "in the " + animal.home(),
              others(
                  World.ANIMALS.stream().map(a -> "in the " + a.home()).toList(),
                  "in the " + animal.home()));
      case 2 ->
          new Fact(
              dice.word(
                  Words.capital(animal.many()) + " are " + animal.colour() + ".",
                  "The " + animal.one() + " is " + animal.colour() + "."),
              "What colour are " + animal.many() + "?",
              animal.colour(),
              others(World.ANIMALS.stream().map(World.Animal::colour).toList(), animal.colour()));
      default ->
          new Fact(
              dice.word(
                  Words.capital(animal.many()) + " " + animal.sound() + ".",
                  "When you come near, " + animal.many() + " " + animal.sound() + "."),
              "What sound do " + animal.many() + " make?",
              "they " + animal.sound(),
              others(
                  World.ANIMALS.stream().map(a -> "they " + a.sound()).toList(),
                  "they " + animal.sound()));
    };
  }

  private static List<String> others(List<String> all, String answer) {
    return all.stream().distinct().filter(other -> !other.equals(answer)).toList();
  }
}
