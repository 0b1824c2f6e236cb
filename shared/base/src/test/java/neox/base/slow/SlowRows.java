package neox.base.slow;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// Further rows of a parameterized test, in the form of
/// [org.junit.jupiter.params.provider.CsvSource]: those that only `make test SLOW=1` runs, as
/// continuous integration does. They come after the rows of other sources, which show each kind
/// once. Whole tests that are slow have the tag `slow` instead.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(SlowRowsProvider.class)
public @interface SlowRows {
  String[] value();
}
