/// A model on several ranks.
@NullMarked
package neox.inference.ranks;

import org.jspecify.annotations.NullMarked;
