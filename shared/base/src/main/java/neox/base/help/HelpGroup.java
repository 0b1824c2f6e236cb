package neox.base.help;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Under which heading the help lists the options of a class, or, at a field, that one and those
/// after it in the class.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface HelpGroup {
  /// The heading, without a colon.
  String value();
}
