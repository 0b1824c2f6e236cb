/// What each optimizer step of a run is made of: how many samples, and how much of each.
@NullMarked
package neox.config.step;

import org.jspecify.annotations.NullMarked;
