/// JSON: trees with clear errors, and a scanner over bytes for rows and vocabularies.
@NullMarked
package neox.base.json;

import org.jspecify.annotations.NullMarked;
