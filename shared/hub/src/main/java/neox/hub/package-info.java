/// Talks to a model hub over HTTP: requests, refusals, repeats, and what a repository holds.
/// `download` and `upload` move its files.
///
/// It has more than 30 files because calls, their repeats and their refusals know each other, and
/// nobody else does.
@NullMarked
package neox.hub;

import org.jspecify.annotations.NullMarked;
