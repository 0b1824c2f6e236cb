/// Talks to a model hub over HTTP: requests, refusals, repeats, and what a repository holds.
/// `download` and `upload` move its files.
@NullMarked
package neox.hub;

import org.jspecify.annotations.NullMarked;
