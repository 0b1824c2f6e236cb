/// Where the time of a step goes: what the clock of the steps and libtorch tell, recorded, added up
/// and drawn.
@NullMarked
package neox.train.profile;

import org.jspecify.annotations.NullMarked;
