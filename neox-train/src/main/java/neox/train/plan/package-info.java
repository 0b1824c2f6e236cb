/// What a run will need and how long it will take, from its configuration alone: counted and
/// estimated, never tried. No class here calls libtorch.
@NullMarked
package neox.train.plan;

import org.jspecify.annotations.NullMarked;
