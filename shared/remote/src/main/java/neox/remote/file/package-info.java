/// Addresses as paths: what reads files by their path reads objects of stores as well.
@NullMarked
package neox.remote.file;

import org.jspecify.annotations.NullMarked;
