/// JSON: trees with clear errors, a scanner over bytes for rows and vocabularies, and lines with
/// checksums for files that only grow.
@NullMarked
package neox.base.json;

import org.jspecify.annotations.NullMarked;
