/// The tasks that can be asked for by name, and how their files become tasks.
@NullMarked
package neox.evaluation.catalogue;

import org.jspecify.annotations.NullMarked;
