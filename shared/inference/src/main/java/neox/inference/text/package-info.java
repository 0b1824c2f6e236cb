/// What tokens read as while they come one by one, and where a text ends.
@NullMarked
package neox.inference.text;

import org.jspecify.annotations.NullMarked;
