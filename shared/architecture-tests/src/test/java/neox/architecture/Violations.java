package neox.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.Function;
import java.util.stream.Stream;

/// A condition given by what breaks it.
final class Violations extends ArchCondition<JavaClass> {
  private final Function<JavaClass, Stream<String>> find;

  /// @param description how the rule continues after "classes should"
  /// @param find one sentence for each place in a class that breaks the rule
  Violations(String description, Function<JavaClass, Stream<String>> find) {
    super(description);
    this.find = find;
  }

  @Override
  public void check(JavaClass javaClass, ConditionEvents events) {
    find.apply(javaClass)
        .forEach(sentence -> events.add(SimpleConditionEvent.violated(javaClass, sentence)));
  }
}
