/// Whether a Hugging Face directory says the same as the checkpoint it was made of.
///
/// The checkpoint's side is computed by `neox-generate`, in a process of its own; the other by
/// [neox.converthf.verify.Reference], which knows transformers' formulas and names alone. The two
/// share no code with each other, nor with the conversion, but the readers of files.
@NullMarked
package neox.converthf.verify;

import org.jspecify.annotations.NullMarked;
