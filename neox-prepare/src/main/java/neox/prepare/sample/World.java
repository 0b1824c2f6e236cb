package neox.prepare.sample;

import java.util.List;

/// The little world that the sample texts are about. Small on purpose: a model of a million
/// parameters can learn all of it in minutes, and a reader can tell whether it has.
final class World {
  /// Someone in a story.
  ///
  /// @param they the subject pronoun, `their` the possessive one
  record Person(String name, String they, String their) {}

  /// What is true of an animal, always.
  record Animal(String one, String many, String home, String food, String colour, String sound) {}

  static final List<Person> PEOPLE =
      List.of(
          new Person("Mira", "she", "her"),
          new Person("Tom", "he", "his"),
          new Person("Anna", "she", "her"),
          new Person("Ben", "he", "his"),
          new Person("Lena", "she", "her"),
          new Person("Oskar", "he", "his"),
          new Person("Rosa", "she", "her"),
          new Person("Finn", "he", "his"),
          new Person("Nora", "she", "her"),
          new Person("Hugo", "he", "his"),
          new Person("Ida", "she", "her"));

  static final List<Animal> ANIMALS =
      List.of(
          new Animal("otter", "otters", "river", "fish", "brown", "whistle"),
          new Animal("goat", "goats", "barn", "grass", "white", "bleat"),
          new Animal("owl", "owls", "forest", "mice", "grey", "hoot"),
          new Animal("bee", "bees", "garden", "nectar", "yellow", "buzz"),
          new Animal("frog", "frogs", "pond", "flies", "green", "croak"),
          new Animal("horse", "horses", "meadow", "hay", "black", "neigh"),
          new Animal("crow", "crows", "field", "corn", "black", "caw"),
          new Animal("fox", "foxes", "valley", "berries", "red", "bark"),
          new Animal("mole", "moles", "ground", "worms", "black", "squeak"),
          new Animal("seal", "seals", "sea", "herring", "grey", "roar"));

  static final List<String> ITEMS =
      List.of(
          "lantern", "basket", "drum", "kite", "hat", "book", "key", "ring", "bell", "ball",
          "clock", "coat", "cup");

  static final List<String> LOOKS =
      List.of("old", "blue", "small", "golden", "round", "heavy", "pretty", "wooden");

  static final List<String> SPOTS =
      List.of(
          "under the bridge",
          "behind the barn",
          "in the well",
          "on the roof",
          "by the mill",
          "in the tall grass",
          "under the oak tree",
          "next to the church",
          "in the cellar");

  static final List<String> PLACES =
      List.of(
          "a village",
          "a small town",
          "a house by the sea",
          "a farm",
          "an old castle",
          "a hut in the woods");

  static final List<String> TIMES =
      List.of("morning", "evening", "afternoon", "night", "winter day", "summer day");

  static final List<String> FRUITS = List.of("apple", "pear", "plum", "nut", "egg", "shell");

  static final List<String> NUMBERS =
      List.of(
          "zero",
          "one",
          "two",
          "three",
          "four",
          "five",
          "six",
          "seven",
          "eight",
          "nine",
          "ten",
          "eleven",
          "twelve",
          "thirteen",
          "fourteen",
          "fifteen",
          "sixteen",
          "seventeen",
          "eighteen");

  /// Whether a person never has this thing in a training story: such stories are for evaluation.
  static boolean heldOut(Person person, String item) {
    return (3 * PEOPLE.indexOf(person) + 5 * ITEMS.indexOf(item)) % 11 == 0;
  }

  private World() {}
}
