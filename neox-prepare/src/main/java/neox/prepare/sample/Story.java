package neox.prepare.sample;

import java.util.List;

/// A story in which something is lost and found again.
///
/// @param text the whole story
/// @param foundEnd where the text can be cut so that its last word is the thing that was found:
///   only a reader who remembers the beginning can tell it
record Story(String text, int foundEnd) {
  /// Which stories to tell.
  enum Use {
    TRAINING,
    EVALUATION
  }

  static Story tell(Dice dice, Use use) {
    World.Person owner;
    String item;
    do {
      owner = dice.one(World.PEOPLE);
      item = dice.one(World.ITEMS);
    } while (World.heldOut(owner, item) != (use == Use.EVALUATION));
    World.Person friend = dice.other(World.PEOPLE, List.of(owner));
    List<String> spots = dice.several(World.SPOTS, 2);
    StringBuilder text = new StringBuilder();
    open(dice, text, owner, item);
    lose(dice, text, owner, item, spots.getFirst());
    meet(dice, text, owner, friend, item);
    text.append(
        dice.word(
            "They went to look, and there, " + spots.getLast() + ", was the ",
            Words.capital(friend.they()) + " looked " + spots.getLast() + " and found the ",
            "Together they looked " + spots.getLast() + ", and there they found the "));
    text.append(item);
    int foundEnd = text.length();
    text.append(". ");
    close(dice, text, owner, friend, item);
    return new Story(text.toString(), foundEnd);
  }

  private static void open(Dice dice, StringBuilder text, World.Person owner, String item) {
    String described = dice.one(World.LOOKS) + " " + item;
    String place = dice.one(World.PLACES);
    text.append(
        dice.word(
            "Once upon a time, " + owner.name() + " lived in " + place + ". ",
            owner.name() + " lived in " + place + ". ",
            "In " + place + " lived " + owner.name() + ". "));
    text.append(
        dice.word(
            Words.capital(owner.they()) + " had " + Words.a(described) + ". ",
            "The best thing " + owner.they() + " had was " + Words.a(described) + ". "));
  }

  private static void lose(
      Dice dice, StringBuilder text, World.Person owner, String item, String spot) {
    String time = dice.one(World.TIMES);
    text.append("One " + time + " the " + item + " was gone. ");
    text.append(
        dice.word(
            owner.name() + " looked " + spot + ", but the " + item + " was not there. ",
            Words.capital(owner.they()) + " looked " + spot + " and found nothing. "));
  }

  private static void meet(
      Dice dice, StringBuilder text, World.Person owner, World.Person friend, String item) {
    text.append("Then " + owner.name() + " met " + friend.name() + ". ");
    text.append(
        dice.word(
            "“I have lost my " + item + ",” said " + owner.name() + ". ",
            "“Have you seen my " + item + "?” asked " + owner.name() + ". "));
  }

  private static void close(
      Dice dice, StringBuilder text, World.Person owner, World.Person friend, String item) {
    text.append(
        dice.word(
            "“Thank you, " + friend.name() + ",” said " + owner.name() + ".",
            owner.name() + " was happy and thanked " + friend.name() + ".",
            owner.name() + " never lost " + owner.their() + " " + item + " again."));
  }
}
