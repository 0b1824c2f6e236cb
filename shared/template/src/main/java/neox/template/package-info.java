/// Templates in the language of Jinja, with the values of Python.
@NullMarked
package neox.template;

import org.jspecify.annotations.NullMarked;
