package neox.prepare.sample;

import java.util.ArrayList;
import java.util.List;

/// An endless row of short documents about the [World]: stories, facts, questions, conversations,
/// counting. The seed decides everything.
final class SampleCorpus {
  private static final int STORIES = 45;
  private static final int FACTS = 65;
  private static final int QUESTIONS = 80;
  private static final int TALKS = 90;
  private static final int ALL = 100;

  private final Dice dice;

  SampleCorpus(long seed) {
    this.dice = new Dice(seed);
  }

  String next() {
    int roll = dice.between(0, ALL - 1);
    if (roll < STORIES) {
      return Story.tell(dice, Story.Use.TRAINING).text();
    }
    if (roll < FACTS) {
      return facts();
    }
    if (roll < QUESTIONS) {
      return questions();
    }
    return roll < TALKS ? talk() : counting();
  }

  private String facts() {
    List<String> sentences = new ArrayList<>();
    for (World.Animal animal : dice.several(World.ANIMALS, dice.between(1, 3))) {
      int count = dice.between(2, 4);
      for (int i = 0; i < count; i++) {
        String sentence = Fact.about(animal, dice).sentence();
        if (!sentences.contains(sentence)) {
          sentences.add(sentence);
        }
      }
    }
    return String.join(" ", sentences);
  }

  private String questions() {
    StringBuilder text = new StringBuilder();
    int count = dice.between(2, 4);
    for (int i = 0; i < count; i++) {
      Fact fact = Fact.about(dice.one(World.ANIMALS), dice);
      if (dice.between(0, 2) == 0) {
        text.append(fact.sentence()).append('\n');
      }
      text.append("Question: ").append(fact.question());
      text.append("\nAnswer: ").append(fact.answer()).append('\n');
    }
    return text.toString().stripTrailing();
  }

  private String talk() {
    List<World.Person> two = dice.several(World.PEOPLE, 2);
    String asker = two.getFirst().name();
    String knower = two.getLast().name();
    String item = dice.one(World.ITEMS);
    String spot = dice.one(World.SPOTS);
    World.Animal animal = dice.one(World.ANIMALS);
    Fact fact = Fact.about(animal, dice);
    return switch (dice.between(0, 1)) {
      case 0 ->
          "“Where is the %s?” asked %s. “It is %s,” said %s. So %s went and found it %s."
              .formatted(item, asker, spot, knower, asker, spot);
      default ->
          "%s saw %s. “%s” asked %s. “I know,” said %s. “%s” Then the %s went back to the %s."
              .formatted(
                  asker,
                  Words.a(animal.one()),
                  fact.question(),
                  asker,
                  knower,
                  fact.sentence(),
                  animal.one(),
                  animal.home());
    };
  }

  private String counting() {
    List<World.Person> two = dice.several(World.PEOPLE, 2);
    World.Person owner = two.getFirst();
    String noun = dice.one(World.FRUITS);
    int had = dice.between(1, 9);
    int got = dice.between(1, 9);
    if (dice.between(0, 1) == 0) {
      return "%s had %s. %s gave %s to %s. Now %s had %s."
          .formatted(
              owner.name(),
              Words.count(had, noun),
              two.getLast().name(),
              World.NUMBERS.get(got) + " more",
              owner.name(),
              owner.they(),
              Words.count(had + got, noun));
    }
    List<String> bought = dice.several(World.ITEMS, 3).stream().map(item -> Words.a(item)).toList();
    return "%s went to the market. On Monday %s bought %s, on Tuesday %s and on Wednesday %s. Now %s"
            .formatted(
                owner.name(),
                owner.they(),
                bought.get(0),
                bought.get(1),
                bought.get(2),
                owner.they())
        + " had "
        + Words.list(bought)
        + ".";
  }
}
