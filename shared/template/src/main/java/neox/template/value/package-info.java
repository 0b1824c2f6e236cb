/// Python's values as templates have them: operators, attributes, methods and the formats of
/// strings.
@NullMarked
package neox.template.value;

import org.jspecify.annotations.NullMarked;
