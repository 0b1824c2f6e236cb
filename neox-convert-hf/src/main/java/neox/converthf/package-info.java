/// NeoX checkpoint to Hugging Face directory.
@NullMarked
package neox.converthf;

import org.jspecify.annotations.NullMarked;
