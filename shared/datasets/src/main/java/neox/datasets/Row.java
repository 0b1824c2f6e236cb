package neox.datasets;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// One row of a data set.
///
/// @param fields its columns by name, nested as they are there; must not be changed
/// @param where it stands, such as `file:line`, for messages
public record Row(ObjectNode fields, String where) {}
