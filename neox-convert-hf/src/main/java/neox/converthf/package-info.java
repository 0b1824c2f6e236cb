/// Models of one format into another: a [Source] is opened as a [SourceModel], which a [Target]
/// writes.
@NullMarked
package neox.converthf;

import org.jspecify.annotations.NullMarked;
