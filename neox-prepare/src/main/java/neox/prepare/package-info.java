/// Fetches a corpus and hands it to preprocess.
@NullMarked
package neox.prepare;

import org.jspecify.annotations.NullMarked;
