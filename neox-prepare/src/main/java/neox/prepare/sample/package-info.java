/// A small corpus made from nothing: the stories of a little world, and questions about it.
@NullMarked
package neox.prepare.sample;

import org.jspecify.annotations.NullMarked;
