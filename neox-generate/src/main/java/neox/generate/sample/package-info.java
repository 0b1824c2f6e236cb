/// A model that continues prompts, and the samples that come of it.
@NullMarked
package neox.generate.sample;

import org.jspecify.annotations.NullMarked;
