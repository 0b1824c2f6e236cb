/// Checkpoints made of checkpoints: in other layouts, less of one, averages.
@NullMarked
package neox.converthf.tools;

import org.jspecify.annotations.NullMarked;
