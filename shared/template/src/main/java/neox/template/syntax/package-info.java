/// The text of a template to statements and expressions; knows no filter and no test.
@NullMarked
package neox.template.syntax;

import org.jspecify.annotations.NullMarked;
