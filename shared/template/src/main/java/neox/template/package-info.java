/// Templates in the language of Jinja, with the values of Python: how they are rendered, and the
/// filters, tests and functions that they find.
@NullMarked
package neox.template;

import org.jspecify.annotations.NullMarked;
