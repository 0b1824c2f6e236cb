/// Low-rank adapters in the files of PEFT, the library of Hugging Face.
@NullMarked
package neox.weights.peft;

import org.jspecify.annotations.NullMarked;
