/// How far a checkpoint of NeoX has been written.
@NullMarked
package neox.converthf.written;

import org.jspecify.annotations.NullMarked;
