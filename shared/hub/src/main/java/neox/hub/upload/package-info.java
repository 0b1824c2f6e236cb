/// A directory to a repository of the hub: what is new, the large files to storage, and one commit.
@NullMarked
package neox.hub.upload;

import org.jspecify.annotations.NullMarked;
