/// Decoders of compressed streams that hand out everything before a cut or a damage, and tell every
/// cut.
@NullMarked
package neox.compression;

import org.jspecify.annotations.NullMarked;
